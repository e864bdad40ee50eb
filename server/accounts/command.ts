import {parseArgs} from 'node:util';

import {recordAudit} from '../audit/store.js';
import {CommandFailed, createUsageError} from '../command/command.js';
import type {Command, CommandDeps} from '../command/command.js';
import {parseFormat, printRows} from '../command/formats.js';
import type {Format, Row} from '../command/formats.js';
import type {Config} from '../config/config.js';
import type {ConsoleSettings} from '../config/console.js';
import {deriveKey} from '../config/secrets.js';
import {redactValue} from '../config/setting-values.js';
import {ROLES} from '../contract/owner.js';
import type {Role} from '../contract/owner.js';
import {migrate} from '../database/migrate.js';
import {PAGE_ROWS, readPages} from '../database/read-pages.js';
import type {Queryable} from '../database/sql.js';
import {repeatableTransaction} from '../database/transaction.js';
import {lockSite} from '../sites/admin-store.js';
import {formatCount} from '../text/count.js';
import {parseAccountEmail} from '../text/email.js';
import {inviteAccount} from './invitations.js';
import {PRINTED_LINK_MS, findLink, insertLink} from './link-store.js';
import {SignInLinks} from './links.js';
import {endAccess, removeAccount, removeMember} from './memberships.js';
import {findAccountId, listAccounts, lockAccount} from './store.js';
import type {ListedAccount} from './store.js';

const USAGE = `maria account add E-MAIL --site KEY [--role owner|agent|observer]
  Give a person access to the console of a site. Send an invitation (7 days), and print its link.
maria account link E-MAIL
  Print a sign-in link (60 minutes), for when e-mail does not work.
maria account list [--format table|json|csv]
  Print all accounts with their sites and roles.
maria account remove E-MAIL [--site KEY]
  Remove the account, or only its access to one site.
maria account sign-out E-MAIL
  End all sessions and open links of the account.
  --site         Key of the site
  --role         Role at the site: owner (everything), agent (leads and files), observer (funnel only)
                 (default: owner)
  --format       Print as a table, JSON or CSV (default: table)
  Example: maria account add olga@acme.example --site acme`;

const OPTIONS = {
  site: {type: 'string'},
  role: {type: 'string', default: 'owner'},
  format: {type: 'string', default: 'table'},
} as const;

interface Call {
  email: string;
  site: string | undefined;
  role: Role;
  format: Format;
  console: ConsoleSettings;
}

export const accountCommand: Command = {
  usage: USAGE,
  run: async (deps, args) => {
    const {values, positionals} = parseArgs({args, options: OPTIONS, allowPositionals: true});
    const [action = '', given, ...rest] = positionals;
    const work = ACTIONS[action];
    if (!work || rest.length > 0 || (action !== 'list') !== (given !== undefined)) {
      throw createUsageError(`Expected one of these:\n\n${USAGE}`);
    }
    const {console} = deps.config;
    if (!console)
      throw new CommandFailed('The console is switched off. To use it, set CONSOLE to true.');
    const {site, format} = values;
    // A database of a development server has an account that production must be able to remove.
    const rules = action === 'remove' || action === 'sign-out' ? {production: false} : deps.config;
    const call = {site, console, email: readEmail(given, rules), role: readRole(values.role)};
    // This command can be the first one after an upgrade.
    await migrate(deps.databaseUrl);
    await work(deps, {...call, format: parseFormat(format)});
  },
};

const readEmail = (given: string | undefined, rules: Pick<Config, 'production'>): string => {
  if (given === undefined) return '';
  const email = parseAccountEmail(given, rules);
  if (email !== undefined) return email;
  throw createUsageError(
    `The e-mail address must be plain, such as anna@example.com, but is "${redactValue(given)}".`,
  );
};

const readRole = (given: string): Role => {
  const role = ROLES.find((known) => known === given);
  if (role) return role;
  throw createUsageError(`Invalid --role "${given}". Pass owner, agent or observer.`);
};

const add = async (
  {config, backgroundSql: sql, print}: CommandDeps,
  {email, site: siteKey, role, console}: Call,
) => {
  if (siteKey === undefined) throw createUsageError('"account add" requires --site.');
  const links = new SignInLinks(config.secrets, console);
  const {link, isMailed} = await repeatableTransaction(sql, async (tx) => {
    const site = await lockSite(tx, siteKey);
    if (!site || site.removedAt) throw createUnknownSite(siteKey);
    return inviteAccount(tx, {
      ...{email, siteKey, role, by: null, keyId: links.keyId, canRemoveLastOwner: true},
      mailHashKey: deriveKey(config.secrets[0], 'mail-counts'),
    });
  });
  await print(`${email} has access to "${siteKey}" as ${role}.`);
  await print(
    isMailed
      ? 'A running server sends the invitation. It contains this link:'
      : 'This e-mail address has had enough e-mails for now. Send this link yourself:',
  );
  await print(`\n${links.createUrl(link)}\n`);
  await print('The link is valid for 7 days and works once.');
};

const link = async ({config, backgroundSql: sql, print}: CommandDeps, {email, console}: Call) => {
  const links = new SignInLinks(config.secrets, console);
  const found = await repeatableTransaction(sql, async (tx) => {
    const accountId = await requireAccount(tx, email);
    const id = await insertLink(tx, {
      ...{purpose: 'sign_in', keyId: links.keyId, validMs: PRINTED_LINK_MS, accountId},
    });
    await recordAudit(tx, {
      event: 'sign_in_link_requested',
      metadata: {account: accountId, by: 'command'},
    });
    return findLink(tx, id);
  });
  if (!found) throw new CommandFailed('The link was removed in the meantime. Run this again.');
  await print(`${links.createUrl(found)}\n`);
  await print('The link is valid for 60 minutes and works once.');
};

const COLUMNS = ['email', 'name', 'sites', 'joined', 'last_seen'];

const list = async ({backgroundSql: sql, print}: CommandDeps, {format}: Call) => {
  const pages = readPages<ListedAccount>((last) =>
    listAccounts(sql, {after: last?.email.toLowerCase() ?? '', limit: PAGE_ROWS}),
  );
  await printRows(print, format, COLUMNS, toRows(pages, format));
};

async function* toRows(
  pages: AsyncIterable<ListedAccount[]>,
  format: Format,
): AsyncGenerator<Row[]> {
  for await (const page of pages) {
    yield page.map(({email, name, sites, joinedAt, lastSeenAt}) => ({
      email,
      name,
      sites:
        format === 'json' ? sites : Object.entries(sites).map(([key, role]) => `${key}:${role}`),
      joined: joinedAt?.toISOString() ?? null,
      last_seen: lastSeenAt?.toISOString() ?? null,
    }));
  }
}

const remove = async ({backgroundSql: sql, print}: CommandDeps, {email, site}: Call) => {
  await repeatableTransaction(sql, async (tx) => {
    const accountId = await requireAccount(tx, email);
    if (site === undefined) {
      await removeAccount(tx, accountId);
      await recordAudit(tx, {event: 'account_removed', metadata: {account: accountId}});
      return;
    }
    const options = {canRemoveLastOwner: true};
    const before = await removeMember(tx, {accountId, siteKey: site}, options);
    if (before === null)
      throw new CommandFailed(
        `${email} has no access to "${site}". List the accounts with: maria account list`,
      );
    await recordAudit(tx, {
      ...{event: 'role_changed', site},
      metadata: {account: null, changed: accountId, before, role: null},
    });
  });
  await print(
    site === undefined ? `${email} is removed.` : `${email} has no access to "${site}" any longer.`,
  );
};

const signOut = async ({backgroundSql: sql, print}: CommandDeps, {email}: Call) => {
  const count = await repeatableTransaction(sql, async (tx) => {
    const account = await requireAccount(tx, email);
    const ended = await endAccess(tx, account);
    await recordAudit(tx, {
      event: 'signed_out',
      metadata: {account, everywhere: true, by: 'command'},
    });
    return ended;
  });
  await print(`${formatCount(count, 'session')} of ${email} ended, and all its open links.`);
};

/** Returns the account of an e-mail address, which is locked until the end of the transaction. */
const requireAccount = async (sql: Queryable, email: string): Promise<string> => {
  const id = await findAccountId(sql, email);
  if (id !== undefined) {
    await lockAccount(sql, id);
    return id;
  }
  throw new CommandFailed(
    `There is no account of ${email}. List the accounts with: maria account list`,
  );
};

const createUnknownSite = (key: string): CommandFailed =>
  new CommandFailed(`There is no site "${key}". List the sites with: maria site list`);

const ACTIONS: Record<string, (deps: CommandDeps, call: Call) => Promise<void>> = {
  add,
  link,
  list,
  remove,
  'sign-out': signOut,
};
