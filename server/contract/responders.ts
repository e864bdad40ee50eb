import {Type} from 'typebox';
import type {Static} from 'typebox';

const Credential = Type.String({minLength: 1, maxLength: 2_000});
/** Goes into a header. */
const HeaderCredential = Type.String({...Credential, pattern: '^[\\x21-\\x7e]+$'});
const Url = Type.String({minLength: 1, maxLength: 2_000});
/** What the slowest of them takes; visitors wait no longer. */
const MAX_FIRST_BYTE_SECONDS = 60;
const MAX_TOTAL_SECONDS = 600;

/** Who answers a site's visitors. Without `url`: the server's own of this kind. */
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

/** What a responder that answered 202 sends to the address it was given. */
export const CallBack = Type.Object(
  {
    text: Type.Optional(Type.String({description: 'Text and nothing else; it is shown as it is.'})),
    done: Type.Optional(
      Type.Boolean({description: 'False: more will follow. Without it, nothing will.'}),
    ),
  },
  {
    title: 'CallBack',
    additionalProperties: false,
    examples: [{text: 'Your documents are complete.', done: true}],
  },
);
export type CallBack = Static<typeof CallBack>;

export const MAX_INSTRUCTIONS_LENGTH = 4_000;
