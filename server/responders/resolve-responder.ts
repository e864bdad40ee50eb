import type {Config} from '../config/config.js';
import {CallFailed} from '../outbound/call-failed.js';
import type {TimeLimits} from '../outbound/post.js';
import {parseSecret} from '../outbound/signature.js';
import {validateUrl} from '../outbound/validate-url.js';
import type {Site} from '../sites/store.js';
import {OpenAiResponder} from './openai.js';
import type {Responder} from './responder.js';
import {isEncryptedSecret, decryptSecret} from '../config/sealed-secret.js';
import type {ResponderSettings} from '../config/responder.js';
import {WebhookResponder} from './webhook.js';

export interface ResolvedResponder {
  responder: Responder;
  /** Name of the circuit breaker that counts its failures. */
  circuit: string;
  totalMs: number;
}

export interface ReplyLimits extends TimeLimits {
  totalMs: number;
}

export const REPLY_LIMITS: ReplyLimits = {
  connectMs: 5_000,
  firstByteMs: 15_000,
  silenceMs: 20_000,
  totalMs: 120_000,
};

export interface ResolveResponderDeps {
  config: Config;
  limits: ReplyLimits;
  callback: (turnId: string) => {url: string; expires_at: string};
}

/** Returns the site's responder; undefined if a person replies by mail. Throws `CallFailed`. */
export const resolveResponder = (
  site: Site,
  {config, limits, callback}: ResolveResponderDeps,
): ResolvedResponder | undefined => {
  const settings = getSettings(site, config);
  if (settings.kind === 'none') return undefined;
  const {allowedHosts, production} = config;
  // The operator may have changed the allowed hosts since the site was configured.
  if (validateUrl(settings.url, {allowedHosts, production}))
    throw new CallFailed('address_refused');
  const {first_byte_seconds: firstByte, total_seconds: total} = site.settings.responder ?? {};
  const own = {...limits, ...(firstByte !== undefined && {firstByteMs: firstByte * 1_000})};
  const shared = {url: new URL(settings.url), limits: own, allowedHosts};
  return {
    circuit: `${site.key} ${settings.url}`,
    totalMs: total === undefined ? limits.totalMs : total * 1_000,
    responder:
      settings.kind === 'webhook'
        ? new WebhookResponder({...shared, key: getKey(settings.secret), callback})
        : new OpenAiResponder({...shared, model: settings.model, key: settings.key}),
  };
};

/**
 * Returns whether the site has a responder whose settings are valid and whose daily budget is not
 * zero.
 */
export const hasResponder = (site: Site, config: Config): boolean => {
  if (site.settings.responder_turns_per_day === 0) return false;
  try {
    return getSettings(site, config).kind !== 'none';
  } catch (error) {
    if (error instanceof CallFailed) return false;
    throw error;
  }
};

const getSettings = (
  site: Site,
  {responder: serverDefault, secrets}: Config,
): ResponderSettings => {
  const own = site.settings.responder;
  if (!own) return serverDefault;
  if (own.kind === 'none') return {kind: 'none'};
  // The server's credentials are sent only to the server's own URL.
  if (own.url === undefined) {
    if (serverDefault.kind !== own.kind) throw new CallFailed('misconfigured');
    return serverDefault.kind === 'openai'
      ? {...serverDefault, model: own.model ?? serverDefault.model}
      : serverDefault;
  }
  const decrypted = (given: string | undefined) => {
    if (given === undefined || !isEncryptedSecret(given)) return given;
    const text = decryptSecret(given, secrets);
    if (text === undefined) throw new CallFailed('misconfigured');
    return text;
  };
  if (own.kind === 'webhook') {
    return {kind: own.kind, url: own.url, secret: decrypted(own.secret) ?? ''};
  }
  return {kind: own.kind, url: own.url, model: own.model ?? '', key: decrypted(own.key)};
};

const getKey = (secret: string): Buffer => {
  const key = parseSecret(secret);
  if (!key) throw new CallFailed('misconfigured');
  return key;
};
