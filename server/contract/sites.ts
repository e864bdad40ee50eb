import {Type} from 'typebox';
import type {Static} from 'typebox';

import {MAX_ANSWERS} from './answer-limits.js';
import {SiteKey} from './common.js';
import {CONVERSATION_DEFS, Conversation} from './conversation.js';
import {DEFAULT_CONVERSATION} from './default-conversation.js';
import type {Conversation as ConversationType} from './conversation.js';
import {MAX_FILES, MAX_FILE_BYTES, MIN_FILES} from './limits.js';
import {FIELD_PATTERN} from './questions.js';
import {MAX_INSTRUCTIONS_LENGTH, SiteResponder} from './responders.js';

/** Maximum number of file slots in a session, whatever the server's own limit is. */
const MAX_FILES_OF_SITE = 100;

/** Settings of a site. Limits can only be lowered. */
export const SiteSettings = Type.Object(
  {
    max_files: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_FILES_OF_SITE,
        description: 'Maximum number of files. Default and upper limit: `MAX_FILES` of the server.',
      }),
    ),
    min_files: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MAX_FILES_OF_SITE,
        description:
          'Number of files that the chat asks for before it continues. Default: `MIN_FILES` of the server.',
      }),
    ),
    max_file_bytes: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Maximum size of a file in bytes. Default and upper limit: `MAX_FILE_SIZE_MB` of the server.',
      }),
    ),
    privacy_url: Type.Optional(
      Type.String({maxLength: 2_000, description: 'Complete URL of your privacy policy.'}),
    ),
    refuse_active_content: Type.Optional(
      Type.Boolean({
        description: 'Whether PDFs with scripts, launch actions or embedded files are refused.',
      }),
    ),
    responder: Type.Optional(SiteResponder),
    responder_documents: Type.Optional(
      Type.Boolean({
        description: 'Whether the responder gets the texts of the files of visitors who agree.',
      }),
    ),
    responder_fields: Type.Optional(
      Type.Array(Type.String({pattern: FIELD_PATTERN}), {
        maxItems: MAX_ANSWERS,
        description:
          'Fields of the questions whose answers the responder gets. Default: no answers.',
      }),
    ),
    responder_instructions: Type.Optional(
      Type.String({maxLength: MAX_INSTRUCTIONS_LENGTH, description: 'Text for the responder.'}),
    ),
    responder_turns_per_day: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1_000_000,
        description: 'Budget of turns for one day. With 0, a person replies to everything.',
      }),
    ),
    conversation: Type.Optional(Conversation),
  },
  {additionalProperties: false, $defs: CONVERSATION_DEFS},
);
export type SiteSettings = Static<typeof SiteSettings>;

/** Conversation in a response, which is not validated again. */
export const ShownConversation = Type.Unsafe<ConversationType>(
  Type.Object(
    {steps: Type.Array(Type.Object({}, {additionalProperties: true}))},
    {title: 'Conversation', additionalProperties: true},
  ),
);

/** Public settings of a site, which the widget requests when it is first opened. */
export const SiteConfig = Type.Object(
  {
    site: SiteKey,
    name: Type.String(),
    version: Type.String({description: 'Version of server and widget, for the debug panel.'}),
    limits: Type.Object({
      max_files: Type.Integer(),
      min_files: Type.Integer(),
      max_file_bytes: Type.Integer(),
    }),
    privacy_url: Type.Union([Type.String(), Type.Null()]),
    can_ask: Type.Optional(
      Type.Boolean({
        description:
          'Whether visitors can ask questions. False without a responder and without a notification e-mail address. Absent: true.',
      }),
    ),
    conversation: ShownConversation,
  },
  {
    title: 'SiteConfig',
    description: 'Public settings of a site.',
    examples: [
      {
        site: 'demo',
        name: 'Demo',
        version: '0.1.0',
        limits: {max_files: MAX_FILES, min_files: MIN_FILES, max_file_bytes: MAX_FILE_BYTES},
        privacy_url: 'https://www.example.com/privacy',
        can_ask: true,
        conversation: DEFAULT_CONVERSATION,
      },
    ],
  },
);
export type SiteConfig = Static<typeof SiteConfig>;
