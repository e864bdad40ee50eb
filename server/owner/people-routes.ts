import type {FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import {requireRole} from '../accounts/account.js';
import {inviteAccount} from '../accounts/invitations.js';
import type {SignInLinks} from '../accounts/links.js';
import {removeMember, setRole} from '../accounts/memberships.js';
import {recordAudit} from '../audit/store.js';
import type {AuditEntry} from '../audit/store.js';
import type {Config} from '../config/config.js';
import {
  ChangePerson,
  InvitePerson,
  MAX_INVITATIONS_PER_DAY,
  MAX_PEOPLE_PER_SITE,
  People,
  Person,
  PersonParams,
} from '../contract/owner-people.js';
import {SiteParams} from '../contract/owner-sites.js';
import type {Role} from '../contract/owner.js';
import {one} from '../database/one.js';
import type {Queryable, Sql, Transaction} from '../database/sql.js';
import {repeatableTransaction} from '../database/transaction.js';
import {AlreadyMember, InvalidEmail, NotFound, RateLimited, TooManyPeople} from '../errors.js';
import type {App, Plugin} from '../http/app-type.js';
import {getStoredIp} from '../http/client-address.js';
import {createRateLimit} from '../http/rate-limits.js';
import {BODY_CODES, ownerResponses} from '../http/response-schemas.js';
import {parseAccountEmail} from '../text/email.js';
import {readUuid} from '../text/uuid.js';
import {HOUR_MS} from '../units.js';
import {countInvitations, countOthers, isMember, listMembers, lockPeople} from './people-store.js';
import type {Member, OpenInvitation} from './people-store.js';

export interface PeopleDeps {
  config: Config;
  sql: Sql;
  signInLinks: SignInLinks;
  mailHashKey: Buffer;
  onMail: () => void;
}

/** Adds the routes for the people of a site. */
export const peopleRoutes: Plugin<PeopleDeps> = async (app, deps) => {
  listPeopleRoute(app, deps);
  invitePersonRoute(app, deps);
  changePersonRoute(app, deps);
  removePersonRoute(app, deps);
};

const listPeopleRoute = (app: App, deps: PeopleDeps): void => {
  app.get(
    '/:key/people',
    {
      config: createRateLimit(deps.config.ratePerMinute, 'read'),
      schema: {
        operationId: 'listPeople',
        summary: 'Lists the people of a site, with open invitations',
        description: 'Needs the role `owner`.',
        params: SiteParams,
        response: ownerResponses({200: People}, ['role_required', 'not_found']),
      },
    },
    async ({account, params: {key}}) => {
      requireRole(account, key, 'owner');
      const members = await listMembers(deps.sql, key);
      return {people: members.map((member) => describePerson(deps, account.id, member))};
    },
  );
};

const invitePersonRoute = (app: App, deps: PeopleDeps): void => {
  const {config, sql, signInLinks, mailHashKey} = deps;
  app.post(
    '/:key/people',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'invitePerson',
        summary: 'Invites a person to a site by e-mail',
        description: `Needs the role \`owner\`. The link is valid for 7 days and voids an earlier one. \`invitation.url\` is another link than that of the e-mail: it works only for the first sign-in of the account. At most ${MAX_INVITATIONS_PER_DAY} invitations a day. A person who has not signed in yet gets the role and a new link.`,
        params: SiteParams,
        body: InvitePerson,
        response: ownerResponses({201: Person}, [
          ...BODY_CODES,
          'role_required',
          'not_found',
          'invalid_email',
          'already_member',
          'too_many_people',
        ]),
      },
    },
    async (request, reply) => {
      const {
        account,
        body: {email: given, role},
        params: {key},
      } = request;
      requireRole(account, key, 'owner');
      const email = parseAccountEmail(given, config);
      if (email === undefined) throw new InvalidEmail();
      const person = await changePeople(sql, key, async (tx) => {
        if (await isMember(tx, key, email)) throw new AlreadyMember();
        if ((await countOthers(tx, key, email)) >= MAX_PEOPLE_PER_SITE) throw new TooManyPeople();
        await requireQuota(tx, key);
        const {accountId} = await inviteAccount(tx, {
          ...{email, siteKey: key, role, by: account.id, ipAddress: getStoredIp(request, config)},
          ...{mailHashKey, keyId: signInLinks.keyId},
        });
        return findPerson(tx, deps, {siteKey: key, accountId, by: account.id});
      });
      deps.onMail();
      return reply.code(201).send(person);
    },
  );
};

const changePersonRoute = (app: App, deps: PeopleDeps): void => {
  const {config, sql} = deps;
  app.patch(
    '/:key/people/:account',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'changePerson',
        summary: 'Changes the role of a person at a site',
        description:
          'Needs the role `owner`. A lower role ends the sessions of the person that began at this site. Others have the new role at once.',
        params: PersonParams,
        body: ChangePerson,
        response: ownerResponses({200: Person}, [
          ...BODY_CODES,
          'role_required',
          'not_found',
          'last_owner',
        ]),
      },
    },
    async (request) => {
      const {account, body, params} = request;
      const {role} = body;
      const siteKey = params.key;
      requireRole(account, siteKey, 'owner');
      const accountId = requireId(params.account);
      return changePeople(sql, siteKey, async (tx) => {
        await findPerson(tx, deps, {siteKey, accountId, by: account.id});
        const before = await setRole(tx, {accountId, siteKey, role});
        if (before !== role) await recordAudit(tx, createEntry(request, config, {role, before}));
        return findPerson(tx, deps, {siteKey, accountId, by: account.id});
      });
    },
  );
};

const removePersonRoute = (app: App, deps: PeopleDeps): void => {
  const {config, sql} = deps;
  app.delete(
    '/:key/people/:account',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'removePerson',
        summary: 'Removes a person from a site, or withdraws an invitation',
        description:
          'Needs the role `owner`. Ends the sessions of the person that began at this site. Others lose it at once. An account without a site is removed.',
        params: PersonParams,
        response: ownerResponses(
          {204: Type.Null({description: 'The person is no longer at the site.'})},
          [...BODY_CODES, 'role_required', 'not_found', 'last_owner'],
        ),
      },
    },
    async (request, reply) => {
      const {account, params} = request;
      const siteKey = params.key;
      requireRole(account, siteKey, 'owner');
      const accountId = requireId(params.account);
      await changePeople(sql, siteKey, async (tx) => {
        const before = await removeMember(tx, {accountId, siteKey});
        if (before === null) throw new NotFound();
        await recordAudit(tx, createEntry(request, config, {role: null, before}));
      });
      return reply.code(204).send(null);
    },
  );
};

/** Runs a change of the people of a site, after any other one has ended. */
const changePeople = <T>(
  sql: Sql,
  siteKey: string,
  change: (tx: Transaction) => Promise<T>,
): Promise<T> =>
  repeatableTransaction(sql, async (tx) => {
    if (!(await lockPeople(tx, siteKey))) throw new NotFound();
    return change(tx);
  });

const requireId = (given: string): string => {
  const id = readUuid(given);
  if (id === undefined) throw new NotFound();
  return id;
};

const requireQuota = async (sql: Queryable, siteKey: string): Promise<void> => {
  if ((await countInvitations(sql, siteKey)) < MAX_INVITATIONS_PER_DAY) return;
  throw RateLimited.after(
    HOUR_MS,
    `Expected at most ${MAX_INVITATIONS_PER_DAY} invitations a day to one site.`,
  );
};

type PersonRequest = FastifyRequest<{Params: {key: string; account: string}}>;

const createEntry = (
  request: PersonRequest,
  config: Config,
  roles: {before: Role | null; role: Role | null},
): AuditEntry => {
  const {account, params} = request;
  return {
    event: 'role_changed',
    site: params.key,
    ipAddress: getStoredIp(request, config),
    metadata: {account: account.id, changed: params.account.toLowerCase(), ...roles},
  };
};

interface WantedPerson {
  siteKey: string;
  accountId: string;
  /** Account that reads the person. */
  by: string;
}

const findPerson = async (
  sql: Queryable,
  deps: PeopleDeps,
  {siteKey, accountId, by}: WantedPerson,
): Promise<Person> => {
  const members = await listMembers(sql, siteKey, accountId);
  if (members.length === 0) throw new NotFound();
  return describePerson(deps, by, one(members));
};

const createInvitationUrl = (
  links: SignInLinks,
  {id, keyId, isShareable}: OpenInvitation,
): string | null => (isShareable && links.hasKey(keyId) ? links.createCopyUrl({id, keyId}) : null);

const describePerson = (
  {signInLinks}: PeopleDeps,
  by: string,
  {id, email, name, role, hasJoined, since, lastSeenAt, invitation}: Member,
): Person => ({
  ...{id, email, name, role},
  status: hasJoined ? 'member' : 'invited',
  is_you: id === by,
  since: since.toISOString(),
  last_seen_at: lastSeenAt?.toISOString() ?? null,
  invitation: invitation
    ? {
        url: createInvitationUrl(signInLinks, invitation),
        expires_at: invitation.expiresAt.toISOString(),
      }
    : null,
});
