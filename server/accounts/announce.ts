import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import {transaction} from '../database/transaction.js';
import {DEMO_OWNER, DEMO_SITE} from '../sites/demo-sites.js';
import {findOrCreateAccount} from './invitations.js';
import {PRINTED_LINK_MS, findLink, insertLink, voidSignInLinks} from './link-store.js';
import {SignInLinks} from './links.js';
import {setRole} from './memberships.js';
import {hasAccounts} from './store.js';

/** Command that a start in production prints as long as there is no account. */
const FIRST_ACCOUNT =
  'The console has no account. Create one with: maria account add E-MAIL --site KEY';

/**
 * Returns what a start prints about the console: in development a sign-in link of the demo's owner,
 * whose account it creates. In production only a command, because logs are copied to other places
 * and a link would be in them.
 */
export const announceConsole = async (
  sql: Sql,
  {console, production, secrets}: Pick<Config, 'console' | 'production' | 'secrets'>,
): Promise<string | undefined> => {
  if (!console) return undefined;
  if (production) return (await hasAccounts(sql)) ? undefined : FIRST_ACCOUNT;
  const links = new SignInLinks(secrets, console);
  const link = await transaction(sql, async (tx) => {
    const accountId = await findOrCreateAccount(tx, DEMO_OWNER);
    await setRole(tx, {accountId, siteKey: DEMO_SITE, role: 'owner'});
    await voidSignInLinks(tx, accountId);
    const id = await insertLink(tx, {
      ...{purpose: 'sign_in', keyId: links.keyId, validMs: PRINTED_LINK_MS, accountId},
      isPrinted: true,
    });
    return findLink(tx, id);
  });
  return link && `Console (this link works once, for 60 minutes):\n${links.createUrl(link)}`;
};
