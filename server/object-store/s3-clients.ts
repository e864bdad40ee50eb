import {Agent as HttpAgent} from 'node:http';
import {Agent as HttpsAgent} from 'node:https';

import {S3Client} from '@aws-sdk/client-s3';
import type {S3ClientConfig} from '@aws-sdk/client-s3';

import './node-version-warning.js';
import {StoreClock} from './store-clock.js';

export interface S3Settings {
  bucket: string;
  /** Absent: Amazon's own, by region. */
  endpoint?: string;
  /** The store's address as browsers see it, for download links. */
  publicEndpoint?: string;
  forcePathStyle?: boolean;
  /** Absent: the region of the profile. */
  region?: string | undefined;
  /** Absent: the SDK's usual chain (environment, profile, role of the machine). */
  credentials?: {accessKeyId: string; secretAccessKey: string; sessionToken?: string} | undefined;
}

export interface S3Clients {
  /** For streamed bytes, which cannot be sent twice. */
  once: S3Client;
  /** For small calls: a second attempt survives a connection that the store closed meanwhile. */
  twice: S3Client;
  /**
   * Reads whole objects over dedicated connections. A slow reader occupies one, and must not keep
   * uploads, deletions or health checks waiting.
   */
  reads: S3Client;
  /** Signs links; sends nothing. */
  links: S3Client;
  clock: StoreClock;
  destroy(): void;
}

const CONNECT_MS = 1_000;
/** 200 uploads, and small calls beside them. */
const MAX_SOCKETS = 512;
/** More than the exports and documents that are read concurrently. */
export const MAX_READ_SOCKETS = 64;
/** Shorter than any store's own patience, so that a put never meets a connection about to close. */
const IDLE_SOCKET_MS = 4_000;

// Time limits are ours (deadlines.ts): the SDK's cannot tell a silent store from a slow client.
const TIMEOUTS = {connectionTimeout: CONNECT_MS, socketTimeout: 0};

const ignore = () => undefined;
const SILENT = {debug: ignore, info: ignore, warn: ignore, error: ignore};

export function createS3Clients(settings: S3Settings): S3Clients {
  const agents = createAgents(MAX_SOCKETS);
  const readAgents = createAgents(MAX_READ_SOCKETS);
  const common: S3ClientConfig = {
    forcePathStyle: settings.forcePathStyle ?? false,
    // The SDK would frame the body in chunks with a checksum behind it, which compatible servers
    // refuse or store as content.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // It would hold back the first byte for seconds where a server never says "100 Continue".
    expectContinueHeader: false,
    // Its warnings repeat what the thrown error says, on the console.
    logger: SILENT,
    requestHandler: {...agents, ...TIMEOUTS},
    ...(settings.region && {region: settings.region}),
    ...(settings.endpoint && {endpoint: settings.endpoint}),
    ...(settings.credentials && {credentials: settings.credentials}),
  };
  const publicEndpoint = settings.publicEndpoint ?? settings.endpoint;
  const clients = {
    once: new S3Client({...common, maxAttempts: 1}),
    twice: new S3Client({...common, maxAttempts: 2}),
    reads: new S3Client({...common, maxAttempts: 2, requestHandler: {...readAgents, ...TIMEOUTS}}),
    links: new S3Client({...common, ...(publicEndpoint && {endpoint: publicEndpoint})}),
  };
  const all = Object.values(clients);
  const clock = new StoreClock((offsetMs) => {
    // The SDK would learn it for each client separately, from the first call that is refused.
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
        clock.note(result.response);
        return result;
      } catch (error) {
        // A refusal has a date, too.
        clock.note((error as {$response?: unknown}).$response);
        throw error;
      }
    },
    {step: 'deserialize', name: 'noteTime'},
  );
}
