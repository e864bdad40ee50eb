import {readFile} from 'node:fs/promises';
import {parseArgs} from 'node:util';

import {CommandFailed, createUsageError} from '../command/command.js';
import type {Command, CommandDeps} from '../command/command.js';
import {toSinglePage, printRows, parseFormat} from '../command/formats.js';
import type {Format} from '../command/formats.js';
import {SiteSettings} from '../contract/sites.js';
import type {SiteSettings as SiteSettingsType} from '../contract/sites.js';
import type {Config} from '../config/config.js';
import {migrate} from '../database/migrate.js';
import type {Queryable} from '../database/sql.js';
import {repeatableTransaction, transaction} from '../database/transaction.js';
import {isEncryptedSecret, encryptSecret} from '../config/sealed-secret.js';
import {formatCount} from '../text/count.js';
import {deleteSite, listSites, lockSite, countSiteUse, disableSite} from './admin-store.js';
import type {ListedSite, SiteUse} from './admin-store.js';
import {findWarnings} from './conversation-warnings.js';
import {createScriptTag} from './install.js';
import {readSite} from './read-site.js';
import type {SiteInput} from './read-site.js';
import {saveSite} from './store.js';
import type {Site} from './store.js';

const USAGE = `maria site add KEY --name NAME --origin ORIGIN [--origin ORIGIN]… --notify E-MAIL [--settings FILE]
  Create a site, and print the script tag for its pages.
maria site set KEY [--name NAME] [--origin ORIGIN]… [--add-origin ORIGIN]… [--notify E-MAIL] [--settings FILE]
  Change only what you pass. --origin replaces all origins, --settings replaces all settings.
maria site show KEY [--json]
  Print a site and its script tag.
maria site list [--format table|json|csv] [--json]
  Print all sites.
maria site remove KEY [--force]
  Remove a site, its owner's e-mail address and the access of all accounts. A site with sessions is
  refused; the message explains what --force does.
maria site schema
  Print the JSON Schema of the settings file.
  --name         Show this name in e-mails and on the confirmation page
  --origin       Allow pages of this origin, such as https://www.example.com (null: sandboxed frames)
  --add-origin   Allow pages of this origin, too, and keep the other origins
  --notify       Send requests and messages of visitors to this e-mail address
  --settings     Read the settings from this JSON file. Output of "maria site show --json" is accepted;
                 only its settings are used.
  --format       Print as a table, JSON or CSV (default: table)
  --json         Print JSON
  --force        Disable a site that has sessions
  Example: maria site add acme --name Acme --origin https://www.acme.example --notify info@acme.example`;

const OPTIONS = {
  name: {type: 'string'},
  origin: {type: 'string', multiple: true},
  'add-origin': {type: 'string', multiple: true},
  notify: {type: 'string'},
  settings: {type: 'string'},
  json: {type: 'boolean', default: false},
  format: {type: 'string'},
  force: {type: 'boolean', default: false},
} as const;

/** Matches the time for which servers cache a site. */
const SOON = 'Running servers apply the change within 5 seconds.';

/** Ends the access of all accounts to a site. */
type EndAccess = (sql: Queryable, key: string) => Promise<void>;

interface Call {
  key: string;
  endAccess: EndAccess;
  given: SiteInput;
  json: boolean;
  format: Format;
  force: boolean;
}

export const createSiteCommand = (endAccess: EndAccess): Command => ({
  usage: USAGE,
  run: async (deps, args) => {
    const {values, positionals} = parseArgs({args, options: OPTIONS, allowPositionals: true});
    const [action = '', key, ...rest] = positionals;
    const runAction = ACTIONS[action];
    if (!runAction || rest.length > 0 || NEEDS_KEY.has(action) !== (key !== undefined)) {
      throw createUsageError(`Expected one of these:\n\n${USAGE}`);
    }
    const {
      json,
      format = json ? 'json' : 'table',
      force,
      settings,
      'add-origin': addOrigin,
    } = values;
    const {name, origin, notify} = values;
    // A site command can be the first command that uses a new database.
    await migrate(deps.databaseUrl);
    await runAction(deps, {
      key: key ?? '',
      endAccess,
      given: {
        name,
        origin,
        addOrigin,
        notify,
        settings: settings === undefined ? undefined : await readSettingsFile(settings),
      },
      json,
      format: parseFormat(format),
      force,
    });
  },
});

const NEEDS_KEY = new Set(['add', 'set', 'show', 'remove']);

const add = async (
  {config, backgroundSql: sql, print}: CommandDeps,
  {key, given, endAccess}: Call,
) => {
  for (const option of ['name', 'origin', 'notify'] as const) {
    if (given[option] === undefined) throw createUsageError(`site add needs --${option}.`);
  }
  const site = withEncryptedSecrets(readSite(key, given, toResponderPolicy(config)), config);
  const before = await repeatableTransaction(sql, async (tx) => {
    const known = await lockSite(tx, key);
    if (known && !known.removedAt) {
      throw new CommandFailed(
        `Site "${key}" already exists. Change it with: maria site set ${key}`,
      );
    }
    // Earlier releases kept the access of accounts to removed sites.
    if (known) await endAccess(tx, key);
    await saveSite(tx, site);
    return known;
  });
  await print(
    before
      ? `Site "${key}" is restored, with its earlier sessions. No account has access yet. Give it with: maria account add E-MAIL --site ${key}`
      : `Site "${key}" is created.`,
  );
  await printWarnings(print, given.settings);
  await print(
    `${SOON} Paste this script tag into its pages:\n\n${createScriptTag(site.key, config.publicUrl)}`,
  );
};

const set = async ({config, backgroundSql: sql, print}: CommandDeps, {key, given}: Call) => {
  if (Object.values(given).every((value) => value === undefined)) {
    throw createUsageError(
      'site set needs at least one of --name, --origin, --add-origin, --notify, --settings.',
    );
  }
  await transaction(sql, async (tx) => {
    const before = await lockSite(tx, key);
    if (!before || before.removedAt) throw createUnknownSite(key);
    await saveSite(
      tx,
      withEncryptedSecrets(readSite(key, given, {...toResponderPolicy(config), before}), config),
    );
  });
  await print(`Site "${key}" is changed. ${SOON}`);
  await printWarnings(print, given.settings);
};

/** Prints what the new conversation probably does not intend. Its settings have been accepted. */
const printWarnings = async (print: CommandDeps['print'], settings: unknown) => {
  const {conversation} = (settings ?? {}) as SiteSettingsType;
  if (!conversation) return;
  for (const {path, message} of findWarnings(conversation, '/conversation')) {
    await print(`Warning: --settings ${path}: ${message}`);
  }
};

const toResponderPolicy = ({limits, allowedHosts, production, responder}: Config) => ({
  limits,
  allowedHosts,
  production,
  responder,
});

/**
 * Encrypts a site's credentials. Encrypted ones stay as they are: `site set` accepts them again.
 */
const withEncryptedSecrets = (site: Site, {secrets}: Config): Site => {
  const {responder} = site.settings;
  if (!responder) return site;
  const encrypted = {...responder};
  for (const name of ['key', 'secret'] as const) {
    const given = encrypted[name];
    if (given !== undefined && !isEncryptedSecret(given))
      encrypted[name] = encryptSecret(given, secrets[0]);
  }
  return {...site, settings: {...site.settings, responder: encrypted}};
};

const show = async ({config, backgroundSql: sql, print}: CommandDeps, {key, json}: Call) => {
  const site = (await listSites(sql)).find((listedSite) => listedSite.key === key);
  if (!site) throw createUnknownSite(key);
  const shown = {...describeSite(site), settings: site.settings};
  if (json) return print(JSON.stringify(shown));
  for (const [name, value] of Object.entries(describeSite(site))) {
    await print(
      `${name.padEnd(8)} ${Array.isArray(value) ? value.join(' ') : String(value ?? '–')}`,
    );
  }
  await print(`settings ${JSON.stringify(site.settings, null, 2)}`);
  return site.removedAt ? undefined : print(`\n${createScriptTag(site.key, config.publicUrl)}`);
};

const list = async ({backgroundSql: sql, print}: CommandDeps, {format}: Call) => {
  const sites = await listSites(sql);
  if (format !== 'table')
    return printRows(print, format, LISTED, toSinglePage(sites.map(describeSite)));
  if (sites.length === 0) return print('There are no sites. Create one with: maria site add');
  for (const {key, name, allowedOrigins, removedAt} of sites) {
    await print(`${key}  ${name}  ${removedAt ? '(removed)' : allowedOrigins.join(' ')}`);
  }
};

const LISTED = ['key', 'name', 'origins', 'notify', 'removed'];

const REMOVE_AGAIN =
  "After the last session is erased, run the command again to delete the owner's e-mail address.";

const remove = async ({backgroundSql: sql, print}: CommandDeps, {key, force, endAccess}: Call) => {
  const outcome = await repeatableTransaction(sql, async (tx) => {
    const site = await lockSite(tx, key);
    // A disabled site that still has the owner's e-mail address can be removed again.
    if (!site || (site.removedAt && site.notifyEmail === null)) throw createUnknownSite(key);
    const use = await countSiteUse(tx, key);
    if (!force && isInUse(use)) throw new CommandFailed(describeRefusal(key, use));
    await endAccess(tx, key);
    if (use.referenced) await disableSite(tx, key, {keepsEmail: isInUse(use)});
    else await deleteSite(tx, key);
    return use;
  });
  await print(
    isInUse(outcome)
      ? `Site "${key}" is disabled. The data of its visitors and the owner's e-mail address are still stored. ${REMOVE_AGAIN}`
      : `Site "${key}" is removed, with the owner's e-mail address.`,
  );
};

const printSchema = async ({print}: CommandDeps) => print(JSON.stringify(SiteSettings, null, 2));

const ACTIONS: Record<string, (deps: CommandDeps, call: Call) => Promise<void>> = {
  add,
  set,
  show,
  list,
  remove,
  schema: printSchema,
};

const isInUse = ({pending, complete, open}: SiteUse): boolean => pending + complete + open > 0;

const describeRefusal = (key: string, {pending, complete, open, files}: SiteUse): string =>
  `Site "${key}" has ${pending} pending and ${complete} complete sessions, ${formatCount(open, 'unfinished visit')} and ${formatCount(files, 'file')}. Nothing was changed.

With --force the site is disabled: within 5 seconds its pages receive unknown_site, and its visitors
can no longer open their sessions. All accounts lose their access to the site. Nothing else is
deleted. Sessions and files stay until you erase them (maria erase) or their retention time ends.
maria sessions and maria export still find them.
The owner's e-mail address stays for their e-mails until you run the command after the last session.
To restore the site, add it again: maria site add ${key} …`;

const createUnknownSite = (key: string): CommandFailed =>
  new CommandFailed(`There is no site "${key}". List the sites with: maria site list`);

const describeSite = ({key, name, allowedOrigins, notifyEmail, removedAt}: ListedSite) => ({
  key,
  name,
  origins: allowedOrigins,
  notify: notifyEmail,
  ...(removedAt && {removed: removedAt.toISOString()}),
});

/** Returns the settings of a file, which can also be what `site show --json` has printed. */
const readSettingsFile = async (file: string): Promise<unknown> => {
  const given = await readJson(file);
  const isSite = typeof given === 'object' && given !== null && 'settings' in given;
  return isSite ? given.settings : given;
};

const readJson = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (error) {
    throw createUsageError(`--settings ${file} cannot be read: ${(error as Error).message}`);
  }
};
