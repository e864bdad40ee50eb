import {Type} from 'typebox';

import {SiteSettings} from '../contract/sites.js';
import type {ValidationError} from '../errors.js';
import {validateConversation} from './validate-conversation.js';
import type {FileLimits} from './limits.js';
import {validateResponders} from './validate-responders.js';
import type {ResponderPolicy} from './validate-responders.js';
import {validateSchema} from './validate-schema.js';

const {conversation: _, ...otherSettings} = SiteSettings.properties;
const PlainSettings = Type.Object(
  {...otherSettings, conversation: Type.Optional(Type.Unknown())},
  {additionalProperties: false},
);

export interface ServerLimits extends ResponderPolicy {
  limits: FileLimits;
}

/** Returns all errors in a site's settings, under the limits of this server. */
export const validateSettings = (
  given: unknown,
  {limits, ...policy}: ServerLimits,
): ValidationError[] => {
  const errors = validateSchema(PlainSettings, given);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return errors;
  const settings = given as SiteSettings;
  return [
    ...errors,
    ...validateLimits(settings, limits),
    ...(typeof settings.privacy_url === 'string' ? validateLink(settings.privacy_url) : []),
    ...(errors.length === 0 ? validateResponders(settings, policy) : []),
    ...('conversation' in given ? validateConversation(given.conversation, '/conversation') : []),
  ];
};

const validateLimits = (
  {max_files, min_files, max_file_bytes}: SiteSettings,
  {maxFiles, maxFileBytes}: FileLimits,
): ValidationError[] => {
  const highest = typeof max_files === 'number' ? Math.min(max_files, maxFiles) : maxFiles;
  return [
    ...createTooHigh('/max_files', max_files, maxFiles, `the server's MAX_FILES`),
    ...createTooHigh('/min_files', min_files, highest, 'the highest number of files'),
    ...createTooHigh(
      '/max_file_bytes',
      max_file_bytes,
      maxFileBytes,
      `the server's MAX_FILE_SIZE_MB`,
    ),
  ];
};

const createTooHigh = (
  path: string,
  given: unknown,
  max: number,
  source: string,
): ValidationError[] =>
  typeof given === 'number' && given > max
    ? [{path, message: `must be at most ${max}, ${source}`}]
    : [];

/** Accepts only http and https, because the widget turns the URL into a link. */
const validateLink = (given: string): ValidationError[] => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url && ['https:', 'http:'].includes(url.protocol)) return [];
  return [{path: '/privacy_url', message: 'must be a complete URL that begins with https://'}];
};
