import type {SiteResponder} from '../contract/responders.js';
import type {SiteSettings} from '../contract/sites.js';
import {DEFAULT_CONVERSATION} from '../contract/conversation.js';
import type {ValidationError} from '../errors.js';
import {SECRET_FORM, readSecret} from '../outbound/signature.js';
import {validateUrl} from '../outbound/url-faults.js';
import {isEncryptedSecret} from '../config/sealed-secret.js';

export interface ResponderPolicy {
  allowedHosts: readonly string[];
  production: boolean;
  /** Who answers where a site does not say. */
  responder: {kind: SiteResponder['kind']};
}

/** What a responder of this kind takes, beside its time limits. */
const TAKEN: Record<SiteResponder['kind'], (keyof SiteResponder)[]> = {
  none: [],
  webhook: ['url', 'secret'],
  openai: ['url', 'model', 'key'],
};
const CREDENTIALS = ['url', 'model', 'key', 'secret'] as const;

/** What keeps a site's responder from answering, of settings whose shape is right. */
export const validateResponders = (
  settings: SiteSettings,
  reach: ResponderPolicy,
): ValidationError[] => [
  ...(settings.responder ? validateResponder(settings.responder, reach) : []),
  ...validateDocumentSetting(settings),
];

const validateResponder = (responder: SiteResponder, reach: ResponderPolicy): ValidationError[] => {
  const {kind, url, model, secret} = responder;
  const told = (path: string, message: string) => ({path: `/responder/${path}`, message});
  const unused = CREDENTIALS.filter((one) => responder[one] !== undefined)
    .filter((one) => !TAKEN[kind]?.includes(one))
    .map((one) => told(one, `is not taken by a responder of kind ${kind}`));
  if (url === undefined) {
    // Without an address it is the server's own, which has its own.
    const needless = (['key', 'secret'] as const).filter((one) => responder[one] !== undefined);
    const isNobody = kind !== 'none' && kind !== reach.responder.kind;
    return [
      ...unused,
      ...needless.map((one) => told(one, 'is of no use without a url')),
      ...(isNobody ? [told('url', `is missing, and the server has no RESPONDER=${kind}`)] : []),
    ];
  }
  const fault = validateUrl(url, reach);
  return [
    ...unused,
    ...(fault ? [told('url', fault)] : []),
    ...(kind === 'openai' && model === undefined ? [told('model', 'is missing')] : []),
    ...(kind === 'webhook' && secret === undefined ? [told('secret', 'is missing')] : []),
    ...(kind === 'webhook' && secret !== undefined && !isSecret(secret)
      ? [told('secret', SECRET_FORM)]
      : []),
  ];
};

const isSecret = (given: string): boolean =>
  isEncryptedSecret(given) || readSecret(given) !== undefined;

/** What nobody is asked for, nobody can agree to. */
const validateDocumentSetting = ({
  responder_documents,
  conversation,
}: SiteSettings): ValidationError[] => {
  if (responder_documents !== true) return [];
  const {steps} = conversation ?? DEFAULT_CONVERSATION;
  if (!Array.isArray(steps)) return [];
  const asks = steps.some((step) => step?.type === 'consent' && step.purpose === 'ai_answers');
  if (asks) return [];
  const message = 'needs a step of the conversation that asks for the consent "ai_answers"';
  return [{path: '/responder_documents', message}];
};
