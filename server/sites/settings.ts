import {Type} from 'typebox';

import {SiteSettings} from '../contract/sites.js';
import type {Fault} from '../errors.js';
import {conversationFaults} from './conversation-faults.js';
import type {FileLimits} from './limits.js';
import {responderFaults} from './responder-faults.js';
import type {Reach} from './responder-faults.js';
import {schemaFaults} from './schema-faults.js';

const {conversation: _, ...plain} = SiteSettings.properties;
const PlainSettings = Type.Object(
  {...plain, conversation: Type.Optional(Type.Unknown())},
  {additionalProperties: false},
);

export interface ServerLimits extends Reach {
  limits: FileLimits;
}

/** Everything that is wrong with a site's settings under the limits of this server. */
export const settingsFaults = (given: unknown, {limits, ...reach}: ServerLimits): Fault[] => {
  const faults = schemaFaults(PlainSettings, given);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return faults;
  const settings = given as SiteSettings;
  return [
    ...faults,
    ...limitFaults(settings, limits),
    ...(typeof settings.privacy_url === 'string' ? linkFaults(settings.privacy_url) : []),
    ...(faults.length === 0 ? responderFaults(settings, reach) : []),
    ...('conversation' in given ? conversationFaults(given.conversation, '/conversation') : []),
  ];
};

const limitFaults = (
  {max_files, min_files, max_file_bytes}: SiteSettings,
  {maxFiles, maxFileBytes}: FileLimits,
): Fault[] => {
  const highest = typeof max_files === 'number' ? Math.min(max_files, maxFiles) : maxFiles;
  return [
    ...above('/max_files', max_files, maxFiles, `the server's MAX_FILES`),
    ...above('/min_files', min_files, highest, 'the highest number of files'),
    ...above('/max_file_bytes', max_file_bytes, maxFileBytes, `the server's MAX_FILE_SIZE_MB`),
  ];
};

const above = (path: string, given: unknown, most: number, whose: string): Fault[] =>
  typeof given === 'number' && given > most
    ? [{path, message: `must be at most ${most}, ${whose}`}]
    : [];

/** The widget makes a link of it: nothing that runs when pressed. */
const linkFaults = (given: string): Fault[] => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url && ['https:', 'http:'].includes(url.protocol)) return [];
  return [{path: '/privacy_url', message: 'must be a whole address that begins with https://'}];
};
