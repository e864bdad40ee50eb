import type {Config} from '../config/config.js';
import {CallFailed} from '../outbound/failure.js';
import {post} from '../outbound/post.js';
import type {TimeLimits} from '../outbound/post.js';
import {signedHeaders} from '../outbound/signature.js';
import {validateUrl} from '../outbound/url-faults.js';
import {derivedKey} from '../config/secrets.js';
import type {SecretKey} from '../config/secrets.js';
import type {DeliveryAttempt, Webhook} from './store.js';

export const DELIVERY_LIMITS: TimeLimits & {totalMs: number} = {
  connectMs: 5_000,
  firstByteMs: 15_000,
  silenceMs: 5_000,
  totalMs: 20_000,
};

/** The secret of a webhook: made of the server's own and its id, so that none rests anywhere. */
export const webhookKey = (secret: SecretKey, id: string): Buffer =>
  derivedKey(secret, `webhook ${id}`);

/** One try. Whatever becomes of it is told, and nothing thrown. What is answered beside the status is not read. */
export const deliver = async (
  webhook: Webhook,
  {id, body}: {id: string; body: string},
  {config, limits = DELIVERY_LIMITS}: {config: Config; limits?: typeof DELIVERY_LIMITS},
): Promise<DeliveryAttempt & {isDelivered: boolean}> => {
  const started = performance.now();
  const {allowedHosts, production, secrets} = config;
  const done = (status: number | null, error: string | null) => ({
    status,
    error,
    ms: Math.round(performance.now() - started),
    isDelivered: error === null,
  });
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new CallFailed('total_timeout'));
  }, limits.totalMs);
  try {
    const secret = secrets.find((one) => one.id === webhook.keyId);
    if (!secret) throw new CallFailed('misconfigured');
    if (validateUrl(webhook.url, {allowedHosts, production}))
      throw new CallFailed('address_refused');
    const answer = await post({
      url: new URL(webhook.url),
      headers: signedHeaders(webhookKey(secret, webhook.id), {id, body}),
      body,
      limits,
      maxBytes: 0,
      allowedHosts,
      signal: late.signal,
    });
    answer.close();
    const isTaken = answer.status >= 200 && answer.status < 300;
    return done(answer.status, isTaken ? null : 'http_error');
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    return done(error.status ?? null, error.code);
  } finally {
    clearTimeout(timer);
  }
};
