import {Agent as HttpAgent} from 'node:http';
import {Agent as HttpsAgent} from 'node:https';

import {S3Client} from '@aws-sdk/client-s3';
import type {S3ClientConfig} from '@aws-sdk/client-s3';

import './node-version-warning.js';
import {StoreClock} from './store-clock.js';

export interface S3Settings {
  bucket: string;
  /** Endpoint URL of the store; absent: Amazon S3 in `region`. */
  endpoint?: string;
  /** Endpoint URL of the store for browsers, used in download links; absent: `endpoint`. */
  publicEndpoint?: string;
  forcePathStyle?: boolean;
  /** Region of the bucket; absent: the region of the AWS profile. */
  region?: string | undefined;
  /** Credentials; absent: the SDK's default chain (environment, profile, role of the machine). */
  credentials?: {accessKeyId: string; secretAccessKey: string; sessionToken?: string} | undefined;
}

export interface S3Clients {
  /** Client for streamed bytes, which cannot be sent twice. */
  singleAttempt: S3Client;
  /** Client for small calls. A second attempt helps if the store has closed an idle connection. */
  retrying: S3Client;
  /**
   * Client for reading whole objects over dedicated connections. A slow read occupies a connection,
   * and must not delay uploads, deletions or health checks.
   */
  reads: S3Client;
  /** Client that signs links and sends nothing. */
  links: S3Client;
  clock: StoreClock;
  destroy(): void;
}

const CONNECT_MS = 1_000;
/** Number of connections. It is enough for 200 uploads and the small calls at the same time. */
const MAX_SOCKETS = 512;
/** Number of connections for reads. It exceeds the number of concurrent exports and documents. */
export const MAX_READ_SOCKETS = 64;
/**
 * Idle time of a connection. It is shorter than the idle timeout of any store, so that no put uses
 * a connection that is about to close.
 */
const IDLE_SOCKET_MS = 4_000;

// deadlines.ts sets the time limits: the SDK cannot distinguish a silent store from a slow client.
const TIMEOUTS = {connectionTimeout: CONNECT_MS, socketTimeout: 0};

const ignore = () => undefined;
const SILENT = {debug: ignore, info: ignore, warn: ignore, error: ignore};

export function createS3Clients(settings: S3Settings): S3Clients {
  const agents = createAgents(MAX_SOCKETS);
  const readAgents = createAgents(MAX_READ_SOCKETS);
  const common: S3ClientConfig = {
    forcePathStyle: settings.forcePathStyle ?? false,
    // Otherwise the SDK sends the body in chunks with a trailing checksum, which compatible stores
    // refuse or store as content.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Otherwise the SDK delays the first byte by seconds if a store never sends "100 Continue".
    expectContinueHeader: false,
    // The warnings of the SDK would repeat the thrown error on the console.
    logger: SILENT,
    requestHandler: {...agents, ...TIMEOUTS},
    ...(settings.region && {region: settings.region}),
    ...(settings.endpoint && {endpoint: settings.endpoint}),
    ...(settings.credentials && {credentials: settings.credentials}),
  };
  const publicEndpoint = settings.publicEndpoint ?? settings.endpoint;
  const clients = {
    singleAttempt: new S3Client({...common, maxAttempts: 1}),
    retrying: new S3Client({...common, maxAttempts: 2}),
    reads: new S3Client({...common, maxAttempts: 2, requestHandler: {...readAgents, ...TIMEOUTS}}),
    links: new S3Client({...common, ...(publicEndpoint && {endpoint: publicEndpoint})}),
  };
  const all = Object.values(clients);
  const clock = new StoreClock((offsetMs) => {
    // Otherwise each client learns the offset separately, from its first refused call.
    for (const {config} of all) config.systemClockOffset = offsetMs;
  });
  for (const client of all) noteTime(client, clock);
  return {
    ...clients,
    clock,
    destroy() {
      for (const client of all) client.destroy();
      for (const pair of [agents, readAgents]) {
        for (const agent of Object.values(pair)) agent.destroy();
      }
    },
  };
}

function createAgents(maxSockets: number) {
  const options = {keepAlive: true, maxSockets, timeout: IDLE_SOCKET_MS};
  return {httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options)};
}

function noteTime(client: S3Client, clock: StoreClock): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        const result = await next(args);
        clock.record(result.response);
        return result;
      } catch (error) {
        // A refusal also has a Date header.
        clock.record((error as {$response?: unknown}).$response);
        throw error;
      }
    },
    {step: 'deserialize', name: 'noteTime'},
  );
}
