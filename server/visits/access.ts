import type {FastifyRequest} from 'fastify';

import {readBearerToken} from '../http/bearer-token.js';
import {getStoredIp} from '../http/client-address.js';
import type {Config} from '../config/config.js';
import type {Queryable, Sql, Transaction} from '../database/sql.js';
import {retryAfterConflict} from '../database/errors.js';
import {transaction} from '../database/transaction.js';
import {SessionGone, TokenInvalid, TokenRequired, UnknownSite} from '../errors.js';
import {requireAllowedOrigin} from '../sites/origin.js';
import type {Site, Sites} from '../sites/store.js';
import {readUuid} from '../text/uuid.js';
import {
  countFunnel,
  getExpiryCause,
  findVisit,
  hasStarted,
  openVisit,
  touchVisit,
} from './store.js';
import type {Visit} from './store.js';
import {isSameHash, hashToken} from './token.js';
import type {VisitorTokens} from './token.js';
import type {Visits} from './visits.js';

/** Sender of a request whose token is signed for this UUID and site. Its visit may have ended. */
export interface Caller {
  uuid: string;
  site: Site;
  tokenHash: Buffer;
  /** IP address in the form that may be stored; null if it must not be stored. */
  ipAddress: string | null;
}

export interface Credentials {
  uuid: unknown;
  token: string;
  /** True if the page can have any origin. */
  isFromAnyOrigin?: boolean;
}

export interface AccessDeps {
  config: Config;
  sql: Sql;
  visits: Visits;
  sites: Sites;
  tokens: VisitorTokens;
  /** Ends an expired visit in this transaction. */
  endVisit: (
    tx: Transaction,
    visit: {uuid: string; siteKey: string; ipAddress: null},
    cause: 'idle' | 'too_old',
  ) => Promise<void>;
  /** Triggers the reaper after the end of a visit. */
  onEnded: () => void;
  onTokenRefused: (request: FastifyRequest, uuid: string | undefined) => void;
}

/** Checks which caller has access to which visit. */
export class Access {
  private readonly identified = new WeakMap<FastifyRequest, Caller>();

  constructor(private readonly deps: AccessDeps) {}

  /** Hook that runs before the body is read, so that no body is read without credentials. */
  readonly identify = async (request: FastifyRequest): Promise<void> => {
    await this.checkHeaders(request);
  };

  /** Returns the caller, if its token is signed for its UUID. */
  findCaller(request: FastifyRequest): Caller | undefined {
    return this.identified.get(request);
  }

  /** Returns the caller that the `identify` hook has set. */
  getCaller(request: FastifyRequest): Caller {
    const caller = this.identified.get(request);
    if (!caller)
      throw new Error(
        'The request has no caller. Expected one from the identify hook. Add the hook to the route.',
      );
    return caller;
  }

  /** Checks only headers, so that it runs before the body is read and before a row is queried. */
  private async checkHeaders(request: FastifyRequest): Promise<Caller> {
    const token = readBearerToken(request);
    const uuid = request.headers['x-session-uuid'];
    if (!token || uuid === undefined || uuid === '') throw new TokenRequired();
    return this.checkCredentials(request, {uuid, token});
  }

  /** Checks credentials, which can also come from a body. */
  async checkCredentials(
    request: FastifyRequest,
    {uuid: given, token, isFromAnyOrigin = false}: Credentials,
  ): Promise<Caller> {
    const uuid = readUuid(given);
    const siteKey = uuid && this.deps.tokens.getSiteKey(token, uuid);
    if (!uuid || !siteKey) {
      this.deps.onTokenRefused(request, uuid);
      throw new TokenInvalid();
    }
    const site = await this.deps.sites.find(siteKey);
    if (!site)
      throw new UnknownSite(
        'The site of this token was removed. Expected the key of an existing site. Check data-site.',
      );
    if (!isFromAnyOrigin) requireAllowedOrigin(site, request.headers.origin, this.deps.config);
    const caller = {uuid, site, tokenHash: hashToken(token), ipAddress: this.getStoredIp(request)};
    this.identified.set(request, caller);
    return caller;
  }

  getStoredIp(request: FastifyRequest): string | null {
    return getStoredIp(request, this.deps.config);
  }

  /** Returns the caller's visit; undefined before its first change. Each call extends the visit. */
  async extendVisit(request: FastifyRequest, caller: Caller): Promise<Visit | undefined> {
    const {sql, config} = this.deps;
    const visit = await this.peekVisit(request, caller);
    if (visit?.state !== 'open') return visit;
    return {...visit, idleExpiresAt: await touchVisit(sql, caller.uuid, config.visit)};
  }

  /** Like `extendVisit`, without extending its idle time: for event streams. */
  async peekVisit(request: FastifyRequest, caller: Caller): Promise<Visit | undefined> {
    const visit = await this.deps.visits.find(caller.uuid);
    if (!visit) return undefined;
    this.requireToken(request, caller, visit);
    if (visit.expired) await this.endExpired(caller);
    requireAlive(visit);
    return visit;
  }

  /**
   * Runs a change in a transaction that locks the caller's visit, and creates the visit if this is
   * its first change. Contact, uploads and the reaper all acquire this lock, so only the first of
   * them succeeds. `work` runs again if the database rolled it back because of another transaction.
   */
  async changeVisit<T>(
    request: FastifyRequest,
    caller: Caller,
    work: (tx: Transaction, visit: Visit) => Promise<T>,
  ): Promise<T> {
    const {sql, config} = this.deps;
    const changeOnce = async (tx: Transaction) => {
      const visit = await openVisit(
        tx,
        {uuid: caller.uuid, siteKey: caller.site.key, tokenHash: caller.tokenHash},
        config.visit,
      );
      this.requireToken(request, caller, visit);
      if (visit.expired) return 'expired' as const;
      requireAlive(visit);
      if (!visit.isNew) await touchVisit(tx, caller.uuid, config.visit);
      return {done: await work(tx, visit)};
    };
    const outcome = await retryAfterConflict(() => transaction(sql, changeOnce));
    if (outcome !== 'expired') return outcome.done;
    await this.endExpired(caller);
    return this.changeVisit(request, caller, work);
  }

  /**
   * Runs `work` with the locked visit in any state, for requests that can be repeated after its
   * end.
   */
  async withLockedVisit<T>(
    request: FastifyRequest,
    caller: Caller,
    work: (tx: Transaction, visit: Visit) => Promise<T>,
  ): Promise<T> {
    const workOnce = async (tx: Transaction) => {
      const visit = await openVisit(
        tx,
        {uuid: caller.uuid, siteKey: caller.site.key, tokenHash: caller.tokenHash},
        this.deps.config.visit,
      );
      this.requireToken(request, caller, visit);
      return work(tx, visit);
    };
    return retryAfterConflict(() => transaction(this.deps.sql, workOnce));
  }

  private requireToken(request: FastifyRequest, caller: Caller, visit: Visit): void {
    if (isSameHash(visit.tokenHash, caller.tokenHash) && visit.siteKey === caller.site.key) return;
    this.deps.onTokenRefused(request, caller.uuid);
    throw new TokenInvalid();
  }

  /**
   * Ends an expired visit. Throws `SessionGone`, unless a concurrent request has extended the visit
   * before it was locked here.
   */
  private async endExpired({uuid, site}: Caller): Promise<void> {
    const {sql, config, endVisit} = this.deps;
    const liveVisit = await transaction(sql, async (tx) => {
      const visit = await lockVisit(tx, uuid, config.visit);
      if (!visit?.expired) return visit;
      const cause = await getExpiryCause(tx, uuid, config.visit);
      await endVisit(tx, {uuid, siteKey: site.key, ipAddress: null}, cause);
      if (hasStarted(visit)) await countFunnel(tx, site.key, ['abandoned']);
      return undefined;
    });
    if (liveVisit) {
      requireAlive(liveVisit);
      return;
    }
    this.deps.onEnded();
    throw new SessionGone();
  }
}

const lockVisit = async (sql: Queryable, uuid: string, times: Config['visit']) => {
  await sql`select from visits where uuid = ${uuid} for update`;
  return findVisit(sql, uuid, times);
};

export const requireAlive = (visit: Visit): void => {
  if (!visit.isAlive) throw new SessionGone();
};
