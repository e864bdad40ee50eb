import {Type} from 'typebox';
import type {Static} from 'typebox';

const Credential = Type.String({minLength: 1, maxLength: 2_000});
/** Credential that is sent in a header, so that it consists of printable ASCII. */
const HeaderCredential = Type.String({...Credential, pattern: '^[\\x21-\\x7e]+$'});
const Url = Type.String({minLength: 1, maxLength: 2_000});
/** Upper limits of a site's timeouts. Slow responders need this time; visitors wait no longer. */
const MAX_FIRST_BYTE_SECONDS = 60;
const MAX_TOTAL_SECONDS = 600;

/** Responder of a site. Without `url`, the server's responder of this kind is used. */
export const SiteResponder = Type.Object(
  {
    kind: Type.Enum(['none', 'webhook', 'openai']),
    url: Type.Optional(Url),
    model: Type.Optional(Type.String({minLength: 1, maxLength: 200})),
    key: Type.Optional(HeaderCredential),
    secret: Type.Optional(Credential),
    first_byte_seconds: Type.Optional(
      Type.Number({exclusiveMinimum: 0, maximum: MAX_FIRST_BYTE_SECONDS}),
    ),
    total_seconds: Type.Optional(Type.Number({exclusiveMinimum: 0, maximum: MAX_TOTAL_SECONDS})),
  },
  {additionalProperties: false},
);
export type SiteResponder = Static<typeof SiteResponder>;

/** Body that a responder sends to the callback URL after its 202 response. */
export const CallbackBody = Type.Object(
  {
    text: Type.Optional(Type.String({description: 'Plain text, which is displayed as it is.'})),
    done: Type.Optional(Type.Boolean({description: 'False if more text follows (default: true).'})),
  },
  {
    title: 'CallBack',
    additionalProperties: false,
    examples: [{text: 'Your documents are complete.', done: true}],
  },
);
export type CallbackBody = Static<typeof CallbackBody>;

export const MAX_INSTRUCTIONS_LENGTH = 4_000;
