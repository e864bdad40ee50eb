import type {SiteResponder} from '../contract/responders.js';
import type {SiteSettings} from '../contract/sites.js';
import {DEFAULT_CONVERSATION} from '../contract/conversation.js';
import type {Fault} from '../errors.js';
import {SECRET_FORM, readSecret} from '../outbound/signature.js';
import {urlFault} from '../outbound/url-faults.js';
import {isSealed} from '../config/sealed-secret.js';

export interface Reach {
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
export const responderFaults = (settings: SiteSettings, reach: Reach): Fault[] => [
  ...(settings.responder ? faultsOf(settings.responder, reach) : []),
  ...documentFaults(settings),
];

const faultsOf = (responder: SiteResponder, reach: Reach): Fault[] => {
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
  const fault = urlFault(url, reach);
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

const isSecret = (given: string): boolean => isSealed(given) || readSecret(given) !== undefined;

/** What nobody is asked for, nobody can agree to. */
const documentFaults = ({responder_documents, conversation}: SiteSettings): Fault[] => {
  if (responder_documents !== true) return [];
  const {steps} = conversation ?? DEFAULT_CONVERSATION;
  if (!Array.isArray(steps)) return [];
  const asks = steps.some((step) => step?.type === 'consent' && step.purpose === 'ai_answers');
  if (asks) return [];
  const message = 'needs a step of the conversation that asks for the consent "ai_answers"';
  return [{path: '/responder_documents', message}];
};
