import {Type} from 'typebox';

import {SiteSettings} from '../contract/sites.js';
import type {ValidationError} from '../errors.js';
import {validateConversation} from './conversation-faults.js';
import type {FileLimits} from './limits.js';
import {validateResponders} from './responder-faults.js';
import type {ResponderPolicy} from './responder-faults.js';
import {validateSchema} from './schema-faults.js';

const {conversation: _, ...plain} = SiteSettings.properties;
const PlainSettings = Type.Object(
  {...plain, conversation: Type.Optional(Type.Unknown())},
  {additionalProperties: false},
);

export interface ServerLimits extends ResponderPolicy {
  limits: FileLimits;
}

/** Everything that is wrong with a site's settings under the limits of this server. */
export const validateSettings = (
  given: unknown,
  {limits, ...reach}: ServerLimits,
): ValidationError[] => {
  const faults = validateSchema(PlainSettings, given);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return faults;
  const settings = given as SiteSettings;
  return [
    ...faults,
    ...validateLimits(settings, limits),
    ...(typeof settings.privacy_url === 'string' ? validateLink(settings.privacy_url) : []),
    ...(faults.length === 0 ? validateResponders(settings, reach) : []),
    ...('conversation' in given ? validateConversation(given.conversation, '/conversation') : []),
  ];
};

const validateLimits = (
  {max_files, min_files, max_file_bytes}: SiteSettings,
  {maxFiles, maxFileBytes}: FileLimits,
): ValidationError[] => {
  const highest = typeof max_files === 'number' ? Math.min(max_files, maxFiles) : maxFiles;
  return [
    ...above('/max_files', max_files, maxFiles, `the server's MAX_FILES`),
    ...above('/min_files', min_files, highest, 'the highest number of files'),
    ...above('/max_file_bytes', max_file_bytes, maxFileBytes, `the server's MAX_FILE_SIZE_MB`),
  ];
};

const above = (path: string, given: unknown, max: number, whose: string): ValidationError[] =>
  typeof given === 'number' && given > max
    ? [{path, message: `must be at most ${max}, ${whose}`}]
    : [];

/** The widget makes a link of it: nothing that runs when pressed. */
const validateLink = (given: string): ValidationError[] => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url && ['https:', 'http:'].includes(url.protocol)) return [];
  return [{path: '/privacy_url', message: 'must be a whole address that begins with https://'}];
};
