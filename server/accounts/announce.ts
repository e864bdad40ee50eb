import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import {DEMO_OWNER} from '../text/email.js';
import {PRINTED_LINK_MS, findLink, insertSetupLink} from './link-store.js';
import {SignInLinks} from './links.js';
import {hasAccounts} from './store.js';

/** Command that a start in production prints as long as there is no account. */
const FIRST_ACCOUNT =
  'The console has no account. Create one with: maria account add E-MAIL --site KEY';

/**
 * Returns what a start prints about the console: in development a sign-in link of the demo's owner,
 * whose first use creates the account. In production only a command, because logs are copied to
 * other places and a link would be in them.
 */
export const announceConsole = async (
  sql: Sql,
  {console, production, secrets}: Pick<Config, 'console' | 'production' | 'secrets'>,
): Promise<string | undefined> => {
  if (!console) return undefined;
  if (production) return (await hasAccounts(sql)) ? undefined : FIRST_ACCOUNT;
  const links = new SignInLinks(secrets, console);
  const id = await insertSetupLink(sql, {
    ...{email: DEMO_OWNER, keyId: links.keyId, validMs: PRINTED_LINK_MS},
  });
  const link = await findLink(sql, id);
  return link && `Console (this link works once, for 60 minutes):\n${links.createUrl(link)}`;
};
