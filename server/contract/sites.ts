import {Type} from 'typebox';
import type {Static} from 'typebox';

import {SiteKey} from './common.js';
import type {Conversation} from './conversation.js';

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
  conversation: Type.Unsafe<Conversation>(
    Type.Object(
      {steps: Type.Array(Type.Object({}, {additionalProperties: true}))},
      {additionalProperties: true, description: 'The steps of the site’s conversation.'},
    ),
  ),
});
export type SiteConfig = Static<typeof SiteConfig>;
