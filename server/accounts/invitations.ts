import {randomUUID} from 'node:crypto';

import {recordAudit} from '../audit/store.js';
import type {Role} from '../contract/owner.js';
import {one} from '../database/one.js';
import type {Queryable} from '../database/sql.js';
import {enqueueMail} from '../jobs/queue.js';
import {INVITATION_MS, findLink, insertLink, voidInvitations} from './link-store.js';
import type {SignInLink} from './link-store.js';
import {setRole} from './memberships.js';
import type {RoleChangeOptions} from './memberships.js';
import {countInvitationMail} from './quota.js';

export interface NewInvitation extends RoleChangeOptions {
  /** Valid e-mail address. */
  email: string;
  siteKey: string;
  role: Role;
  /** Id of the key that signs the link. */
  keyId: string;
  /** Key for the counters of e-mails. */
  mailHashKey: Buffer;
  /** Account that invites; null for a command. */
  by: string | null;
  ipAddress?: string | null;
}

export interface Invitation {
  accountId: string;
  link: SignInLink;
  /** False if the e-mail address has had enough e-mails, so that it got none. */
  isMailed: boolean;
}

/**
 * Gives an e-mail address a role at a site, and sends it a link that is valid for 7 days. Creates
 * the account if there is none. The caller wakes the mail sender after the commit. Throws
 * `LastOwner` if the site's last owner would get a lower role.
 */
export const inviteAccount = async (
  sql: Queryable,
  {email, siteKey, role, keyId, mailHashKey, by, ipAddress = null, ...options}: NewInvitation,
): Promise<Invitation> => {
  const accountId = await findOrCreateAccount(sql, email);
  await setRole(sql, {accountId, siteKey, role}, options);
  await voidInvitations(sql, {accountId, siteKey});
  const id = await insertLink(sql, {
    ...{purpose: 'invitation', keyId, validMs: INVITATION_MS, accountId, siteKey},
  });
  const isMailed = await countInvitationMail(sql, mailHashKey, email);
  if (isMailed) await enqueueMail(sql, {template: 'invitation', link_id: id}, null);
  await recordAudit(sql, {
    event: 'account_invited',
    site: siteKey,
    ipAddress,
    metadata: {account: by, invited: accountId, role},
  });
  const link = await findLink(sql, id);
  if (!link) throw new Error('The invitation was not stored. Expected its row. Report this error.');
  return {accountId, link, isMailed};
};

/** Returns the account of an e-mail address, which is locked until the end of the transaction. */
export const findOrCreateAccount = async (sql: Queryable, email: string): Promise<string> => {
  await sql`
    insert into accounts (id, email) values (${randomUUID()}, ${email})
    on conflict (lower(email)) do nothing`;
  const rows = await sql<{id: string}[]>`
    select id from accounts where lower(email) = lower(${email}) for update`;
  return one(rows).id;
};

/** Whether the account `a` has never signed in, and is at no other site than the given one. */
export const isNew = (sql: Queryable, siteKey: string) => sql`
  (a.joined_at is null and not exists (
    select from memberships o where o.account_id = a.id and o.site_key <> ${siteKey}))`;
