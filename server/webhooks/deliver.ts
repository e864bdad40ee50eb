import {abortAfter} from '../async/timeout.js';
import type {Config} from '../config/config.js';
import {CallFailed} from '../outbound/call-failed.js';
import {post} from '../outbound/post.js';
import type {TimeLimits} from '../outbound/post.js';
import {createSignedHeaders} from '../outbound/signature.js';
import {validateUrl} from '../outbound/validate-url.js';
import {deriveKey} from '../config/secrets.js';
import type {SecretKey} from '../config/secrets.js';
import type {DeliveryAttempt, Webhook} from './store.js';

export const DELIVERY_LIMITS: TimeLimits & {totalMs: number} = {
  connectMs: 5_000,
  firstByteMs: 15_000,
  silenceMs: 5_000,
  totalMs: 20_000,
};

/** Derives a webhook's secret from the server's secret and the id, so that it is not stored. */
export const deriveWebhookKey = (secret: SecretKey, id: string): Buffer =>
  deriveKey(secret, `webhook ${id}`);

/** Makes one attempt and returns its result, also if it fails. Only the status is read. */
export const deliver = async (
  webhook: Webhook,
  {id, body}: {id: string; body: string},
  {config, limits = DELIVERY_LIMITS}: {config: Config; limits?: typeof DELIVERY_LIMITS},
): Promise<DeliveryAttempt & {isDelivered: boolean}> => {
  const started = performance.now();
  const {allowedHosts, production, secrets} = config;
  const toAttempt = (status: number | null, error: string | null) => ({
    status,
    error,
    ms: Math.round(performance.now() - started),
    isDelivered: error === null,
  });
  try {
    const secret = secrets.find((candidate) => candidate.id === webhook.keyId);
    if (!secret) throw new CallFailed('misconfigured');
    if (validateUrl(webhook.url, {allowedHosts, production}))
      throw new CallFailed('address_refused');
    const request = {
      url: new URL(webhook.url),
      headers: createSignedHeaders(deriveWebhookKey(secret, webhook.id), {id, body}),
      body,
      limits,
      maxBytes: 0,
      allowedHosts,
    };
    const tooLate = new CallFailed('total_timeout');
    const response = await abortAfter(limits.totalMs, tooLate, (signal) =>
      post({...request, signal}),
    );
    response.close();
    const isAccepted = response.status >= 200 && response.status < 300;
    return toAttempt(response.status, isAccepted ? null : 'http_error');
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    return toAttempt(error.status ?? null, error.code);
  }
};
