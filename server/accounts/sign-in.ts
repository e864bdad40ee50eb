import {recordAudit} from '../audit/store.js';
import type {Queryable} from '../database/sql.js';
import {enqueueMail} from '../jobs/queue.js';
import {DEMO_SITE} from '../sites/demo-sites.js';
import {DEMO_OWNER} from '../text/email.js';
import {createCookieSecret, SESSION_MAX_MS, hashCookie} from './cookie.js';
import {findOrCreateAccount} from './invitations.js';
import {
  claimSetupLinks,
  insertLink,
  insertRequestedLink,
  toLinkPurpose,
  useLink,
} from './link-store.js';
import type {SignInLink} from './link-store.js';
import type {GivenLink} from './links.js';
import {endAccess, setRole} from './memberships.js';
import {countRequestedLink} from './quota.js';
import {endSessionOfCookie, insertSession, isKnownBrowser} from './session-store.js';
import {lockAccount} from './store.js';

export interface LinkRequest {
  /** E-mail address in its plain form. */
  email: string;
  place: string | null;
  keyId: string;
  mailHashKey: Buffer;
  /** Client network. */
  client: string;
  ipAddress: string | null;
}

/**
 * Queues a sign-in link for an e-mail address. The same statements run whether an account has the
 * e-mail address or not, so that the time of the response does not reveal it. The mail sender drops
 * the e-mail of a link without an account.
 */
export const requestLink = async (
  sql: Queryable,
  {email, place, keyId, mailHashKey, client, ipAddress}: LinkRequest,
): Promise<void> => {
  const isSetup = email === DEMO_OWNER;
  const isAllowed = await countRequestedLink(sql, mailHashKey, {email, client});
  const event = 'sign_in_link_requested' as const;
  if (!isAllowed) {
    await recordAudit(sql, {event, ipAddress, metadata: {account: null, stopped: true}});
    return;
  }
  const {id, accountId} = await insertRequestedLink(sql, {email, keyId, place, isSetup});
  await enqueueMail(sql, {template: 'sign_in', link_id: id}, null);
  await recordAudit(sql, {event, ipAddress, metadata: {account: accountId}});
};

export interface SignIn {
  link: GivenLink;
  /** Hash of the cookie that the request has; undefined without a cookie. */
  givenHash: Buffer | undefined;
  browser: string | null;
  keyId: string;
  ipAddress: string | null;
}

export interface SignedIn {
  /** Ids of the account and its new session. */
  session: {id: string; sessionId: string};
  /** Value of the new cookie. */
  secret: string;
}

/**
 * Signs in with a link, once. Returns the account and the value of its new cookie; undefined if the
 * link no longer works: the caller then undoes everything. The session of the browser's earlier
 * cookie ends.
 */
export const signIn = async (
  sql: Queryable,
  {link, givenHash, browser, keyId, ipAddress}: SignIn,
): Promise<SignedIn | undefined> => {
  const accountId = await lockAccountOf(sql, link);
  if (link.purpose === 'not_me' || accountId === null) return undefined;
  if (!(await useLink(sql, link.id))) return undefined;
  const isFirst = await noteSignIn(sql, accountId);
  if (link.isCopy && !isFirst) return undefined;
  if (link.isCopy) await postponeOtherSites(sql, link);
  const isKnown = givenHash && (await isKnownBrowser(sql, accountId, givenHash));
  if (givenHash) await endSessionOfCookie(sql, givenHash);
  const secret = createCookieSecret();
  const sessionId = await insertSession(sql, {
    ...{accountId, secretHash: hashCookie(secret), browser, hasLaterSites: !link.isCopy},
  });
  if (!isKnown) await mailAboutBrowser(sql, {accountId, sessionId, keyId});
  const purpose = toLinkPurpose(link);
  await recordAudit(sql, {
    event: 'signed_in',
    ipAddress,
    metadata: {account: accountId, session: sessionId, purpose},
  });
  return {session: {id: accountId, sessionId}, secret};
};

/** Locks the account of a link. Creates that of a `setup` link, as the owner of the demo. */
const lockAccountOf = async (
  sql: Queryable,
  {purpose, accountId, email}: SignInLink,
): Promise<string | null> => {
  if (accountId !== null) await lockAccount(sql, accountId);
  if (accountId !== null || purpose !== 'setup' || email === null) return accountId;
  const created = await findOrCreateAccount(sql, email);
  await setRole(sql, {accountId: created, siteKey: DEMO_SITE, role: 'owner'});
  await claimSetupLinks(sql, {accountId: created, email});
  return created;
};

/** Notes that an account has signed in. Returns whether it is the first time. */
const noteSignIn = async (sql: Queryable, accountId: string): Promise<boolean> => {
  const rows = await sql`
    update accounts set joined_at = now() where id = ${accountId} and joined_at is null returning 1`;
  return rows.length > 0;
};

/**
 * Begins memberships after this first sign-in if they are newer than its invitation. The person who
 * invited first can have the copy, and must not see the sites of others.
 */
const postponeOtherSites = async (sql: Queryable, {id}: SignInLink): Promise<void> => {
  await sql`
    update memberships m set created_at = clock_timestamp()
    from sign_in_links l
    where l.id = ${id} and m.account_id = l.account_id and m.site_key <> l.site_key
      and m.created_at >= l.created_at`;
};

/** Queues an e-mail with a link that ends all sessions. The link works as long as the session. */
const mailAboutBrowser = async (
  sql: Queryable,
  {accountId, sessionId, keyId}: {accountId: string; sessionId: string; keyId: string},
): Promise<void> => {
  const id = await insertLink(sql, {
    ...{purpose: 'not_me', keyId, validMs: SESSION_MAX_MS, accountId, sessionId},
  });
  await enqueueMail(sql, {template: 'new_browser', link_id: id}, null);
};

/**
 * Ends all sessions and open links of an account whose person did not sign in. Returns false if the
 * link no longer works.
 */
export const reportSignIn = async (
  sql: Queryable,
  link: SignInLink,
  ipAddress: string | null,
): Promise<boolean> => {
  const {accountId: account} = link;
  if (link.purpose !== 'not_me' || account === null) return false;
  await lockAccount(sql, account);
  if (!(await useLink(sql, link.id))) return false;
  await endAccess(sql, account);
  await recordAudit(sql, {event: 'sign_in_reported', ipAddress, metadata: {account}});
  return true;
};
