import {SECRET_FORM, parseSecret} from '../outbound/signature.js';
import {validateUrl} from '../outbound/validate-url.js';
import {redactValue} from './setting-values.js';
import type {Settings} from './environment.js';

/** Settings of the server's responder, which replies for sites without a responder of their own. */
export type ResponderSettings =
  | {kind: 'none'}
  | {kind: 'webhook'; url: string; secret: string}
  | {kind: 'openai'; url: string; model: string; key: string | undefined};

const REQUIRED = {
  none: [],
  webhook: ['RESPONDER_URL', 'RESPONDER_SECRET'],
  openai: ['RESPONDER_URL', 'RESPONDER_MODEL'],
} as const;

const SUPPORTED = {
  none: [],
  webhook: REQUIRED.webhook,
  openai: [...REQUIRED.openai, 'RESPONDER_KEY'],
} as const;

const ALL = ['RESPONDER_URL', 'RESPONDER_KEY', 'RESPONDER_MODEL', 'RESPONDER_SECRET'] as const;

export const readResponderSettings = (
  settings: Settings,
  {production, allowedHosts}: {production: boolean; allowedHosts: readonly string[]},
  errors: string[],
): ResponderSettings => {
  const kind = settings.RESPONDER;
  const {RESPONDER_URL: url = '', RESPONDER_SECRET: secret = ''} = settings;
  const supported: readonly string[] = SUPPORTED[kind];
  for (const name of REQUIRED[kind]) {
    if (!settings[name]) errors.push(`${name} must be set with RESPONDER=${kind}.`);
  }
  for (const name of ALL) {
    if (settings[name] && !supported.includes(name)) {
      errors.push(`${name} is set, but RESPONDER is ${kind}, which does not use it.`);
    }
  }
  if (kind === 'none') return {kind};
  const refusal = url === '' ? undefined : validateUrl(url, {allowedHosts, production});
  if (refusal) errors.push(`RESPONDER_URL ${refusal}, but is "${redactValue(url)}".`);
  if (kind === 'webhook') {
    // The message omits the value: it is printed, and the value is a secret.
    if (secret && !parseSecret(secret)) errors.push(`RESPONDER_SECRET ${SECRET_FORM}`);
    return {kind, url, secret};
  }
  const key = settings.RESPONDER_KEY;
  // The key is sent in a header. The message omits it, because it is a secret.
  if (key && !/^[\x21-\x7e]+$/.test(key)) {
    errors.push('RESPONDER_KEY must be printable ASCII without a space.');
  }
  return {kind, url, model: settings.RESPONDER_MODEL ?? '', key};
};

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/;

export const readAllowedHosts = (settings: Settings, errors: string[]): string[] => {
  const given = settings.ALLOW_PRIVATE_HOSTS?.split(',').map((one) => one.trim().toLowerCase());
  for (const host of given ?? []) {
    if (HOST.test(host)) continue;
    errors.push(
      `ALLOW_PRIVATE_HOSTS must list hosts, or host:port, but contains "${redactValue(host)}".`,
    );
  }
  return given ?? [];
};
