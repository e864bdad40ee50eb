import {Type} from 'typebox';
import type {Static} from 'typebox';

import {SiteKey} from './common.js';
import {CONVERSATION_DEFS, Conversation} from './conversation.js';
import type {Conversation as ConversationType} from './conversation.js';

/** No session has more places for files than this, whatever the server's own limit is. */
const MOST_FILES = 100;

/** What a site may set for itself. Limits can only be lowered. */
export const SiteSettings = Type.Object(
  {
    max_files: Type.Optional(Type.Integer({minimum: 1, maximum: MOST_FILES})),
    min_files: Type.Optional(Type.Integer({minimum: 0, maximum: MOST_FILES})),
    max_file_bytes: Type.Optional(Type.Integer({minimum: 1})),
    privacy_url: Type.Optional(Type.String({maxLength: 2_000})),
    refuse_active_content: Type.Optional(Type.Boolean()),
    conversation: Type.Optional(Conversation),
  },
  {additionalProperties: false, $defs: CONVERSATION_DEFS},
);
export type SiteSettings = Static<typeof SiteSettings>;

/** What the widget may know of a site: asked for at first open. */
export const SiteConfig = Type.Object({
  site: SiteKey,
  name: Type.String(),
  /** The API's version of the widget's files, for the debug panel. */
  version: Type.String(),
  limits: Type.Object({
    max_files: Type.Integer(),
    min_files: Type.Integer(),
    max_file_bytes: Type.Integer(),
  }),
  privacy_url: Type.Union([Type.String(), Type.Null()]),
  conversation: Type.Unsafe<ConversationType>(
    Type.Object(
      {steps: Type.Array(Type.Object({}, {additionalProperties: true}))},
      {additionalProperties: true, description: 'The steps of the site’s conversation.'},
    ),
  ),
});
export type SiteConfig = Static<typeof SiteConfig>;
