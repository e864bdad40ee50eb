import {SiteKey} from '../contract/common.js';
import type {SiteSettings} from '../contract/sites.js';
import {createUsageError} from '../command/command.js';
import type {ValidationError} from '../errors.js';
import {parseEmail} from '../text/email.js';
import {formatCount} from '../text/count.js';
import {validateOrigin} from './validate-origin.js';
import {validateSchema} from './validate-schema.js';
import {validateSettings} from './settings.js';
import type {ServerLimits} from './settings.js';
import type {Site} from './store.js';

export interface SiteInput {
  name?: string | undefined;
  /** Origins that replace the stored ones. */
  origin?: string[] | undefined;
  addOrigin?: string[] | undefined;
  notify?: string | undefined;
  settings?: unknown;
}

const MAX_SITE_NAME_LENGTH = 100;
const EMPTY: Site = {key: '', name: '', allowedOrigins: [], notifyEmail: null, settings: {}};

/** Merges the given values into the stored site. Throws one error that lists all problems. */
export const readSite = (
  key: string,
  {name, origin, addOrigin = [], notify, settings}: SiteInput,
  {before = EMPTY, ...server}: ServerLimits & {before?: Site},
): Site => {
  const errors = [
    ...validateSchema(SiteKey, key).map(({message}) => ({path: 'KEY', message})),
    ...(name === undefined ? [] : validateName(name)),
    ...(origin ?? []).flatMap((one) => toErrors('--origin', validateOrigin(one))),
    ...addOrigin.flatMap((one) => toErrors('--add-origin', validateOrigin(one))),
    ...(notify === undefined ? [] : validateEmail(notify)),
    ...(settings === undefined ? [] : validateSettings(settings, server).map(inSettings)),
  ];
  if (errors.length > 0) throw createUsageError(describeErrors(errors));
  return {
    key,
    name: name?.trim() ?? before.name,
    allowedOrigins: [...new Set([...(origin ?? before.allowedOrigins), ...addOrigin])],
    notifyEmail: notify === undefined ? before.notifyEmail : (parseEmail(notify) ?? null),
    settings: settings === undefined ? before.settings : (settings as SiteSettings),
  };
};

const validateName = (name: string): ValidationError[] => {
  const length = [...name.trim()].length;
  if (length >= 1 && length <= MAX_SITE_NAME_LENGTH && !/\p{Cc}/u.test(name)) return [];
  return toErrors('--name', `must be 1 to ${MAX_SITE_NAME_LENGTH} characters in one line`);
};

const validateEmail = (email: string): ValidationError[] =>
  parseEmail(email)
    ? []
    : toErrors('--notify', `"${email}" is not one plain e-mail address such as anna@example.com`);

const toErrors = (path: string, message: string | undefined): ValidationError[] =>
  message === undefined ? [] : [{path, message}];

const inSettings = ({path, message}: ValidationError): ValidationError => ({
  path: `--settings ${path}`,
  message,
});

const describeErrors = (errors: ValidationError[]): string =>
  `Nothing was changed. ${formatCount(errors.length, 'error')}:\n${errors
    .map(({path, message}) => `  ${path}: ${message}`)
    .join('\n')}`;
