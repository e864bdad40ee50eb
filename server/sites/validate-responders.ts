import type {SiteResponder} from '../contract/responders.js';
import type {SiteSettings} from '../contract/sites.js';
import type {ValidationError} from '../errors.js';
import {SECRET_FORM, parseSecret} from '../outbound/signature.js';
import {validateUrl} from '../outbound/validate-url.js';
import {isEncryptedSecret} from '../config/sealed-secret.js';
import {getConversation} from './conversation.js';

export interface ResponderPolicy {
  allowedHosts: readonly string[];
  production: boolean;
  /** The server's responder, for sites without their own. */
  responder: {kind: SiteResponder['kind']};
}

/** Properties of each kind of responder, besides its time limits. */
const SUPPORTED: Record<SiteResponder['kind'], (keyof SiteResponder)[]> = {
  none: [],
  webhook: ['url', 'secret'],
  openai: ['url', 'model', 'key'],
};
const CREDENTIALS = ['url', 'model', 'key', 'secret'] as const;

/** Validates the responder in settings that match the schema. */
export const validateResponders = (
  settings: SiteSettings,
  policy: ResponderPolicy,
): ValidationError[] => [
  ...(settings.responder ? validateResponder(settings.responder, policy) : []),
  ...validateDocumentSetting(settings),
];

const validateResponder = (
  responder: SiteResponder,
  policy: ResponderPolicy,
): ValidationError[] => {
  const {kind, url, model, secret} = responder;
  const toError = (path: string, message: string) => ({path: `/responder/${path}`, message});
  const unused = CREDENTIALS.filter((item) => responder[item] !== undefined)
    .filter((item) => !SUPPORTED[kind]?.includes(item))
    .map((item) => toError(item, `is not accepted by a responder of kind ${kind}`));
  if (url === undefined) {
    // Without a URL, the server's responder is used, with the server's credentials.
    const needless = (['key', 'secret'] as const).filter((item) => responder[item] !== undefined);
    const isUnavailable = kind !== 'none' && kind !== policy.responder.kind;
    return [
      ...unused,
      ...needless.map((item) => toError(item, 'has no effect without a url')),
      ...(isUnavailable
        ? [toError('url', `is missing, and the server has no RESPONDER=${kind}`)]
        : []),
    ];
  }
  const refusal = validateUrl(url, policy);
  return [
    ...unused,
    ...(refusal ? [toError('url', refusal)] : []),
    ...(kind === 'openai' && model === undefined ? [toError('model', 'is missing')] : []),
    ...(kind === 'webhook' && secret === undefined ? [toError('secret', 'is missing')] : []),
    ...(kind === 'webhook' && secret !== undefined && !isSecret(secret)
      ? [toError('secret', SECRET_FORM)]
      : []),
  ];
};

const isSecret = (given: string): boolean =>
  isEncryptedSecret(given) || parseSecret(given) !== undefined;

/** Requires a step that asks for the consent: otherwise no visitor could agree to it. */
const validateDocumentSetting = (settings: SiteSettings): ValidationError[] => {
  if (settings.responder_documents !== true) return [];
  const {steps} = getConversation(settings);
  if (!Array.isArray(steps)) return [];
  const asks = steps.some((step) => step?.type === 'consent' && step.purpose === 'ai_answers');
  if (asks) return [];
  const message = 'needs a step of the conversation that asks for the consent "ai_answers"';
  return [{path: '/responder_documents', message}];
};
