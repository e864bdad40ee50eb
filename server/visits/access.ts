import type {FastifyRequest} from 'fastify';

import {clientAddress, anonymizeIp} from '../http/client-address.js';
import type {Config} from '../config/config.js';
import type {Queryable, Sql} from '../database/sql.js';
import {againAfterConflict} from '../database/failure.js';
import {transaction} from '../events/transaction.js';
import {SessionGone, TokenInvalid, TokenRequired, UnknownSite} from '../errors.js';
import {requireAllowedOrigin} from '../sites/origin.js';
import type {Site, Sites} from '../sites/store.js';
import {readUuid} from '../text/uuid.js';
import {countFunnel, expiryCause, findVisit, openVisit, touchVisit} from './store.js';
import type {Visit} from './store.js';
import {sameHash, tokenHash} from './token.js';
import type {VisitorTokens} from './token.js';
import type {Visits} from './lookup.js';

/** Somebody whose token is signed for this UUID and site; whether the visit lives is not known yet. */
export interface Caller {
  uuid: string;
  site: Site;
  tokenHash: Buffer;
  /** As it may be stored. */
  address: string | null;
}

export interface Credentials {
  uuid: unknown;
  token: string;
  /** Whether the origin of the page does not matter. */
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
    tx: Queryable,
    visit: {uuid: string; siteKey: string; address: null},
    cause: 'idle' | 'too_old',
  ) => Promise<void>;
  /** Tells the reaper that something waits to be removed. */
  onEnded: () => void;
  onTokenRefused: (request: FastifyRequest, uuid: string | undefined) => void;
}

/** Who may act on which visit. */
export class Access {
  private readonly identified = new WeakMap<FastifyRequest, Caller>();

  constructor(private readonly deps: AccessDeps) {}

  /** A hook before the body is read: whoever has no credentials need not be listened to. */
  readonly identify = async (request: FastifyRequest): Promise<void> => {
    await this.caller(request);
  };

  /** Who calls, once their token was found to be signed for their UUID. */
  knownCaller(request: FastifyRequest): Caller | undefined {
    return this.identified.get(request);
  }

  /** Whom the hook has found. */
  getCaller(request: FastifyRequest): Caller {
    const caller = this.identified.get(request);
    if (!caller) throw new Error('A route asks for its caller without the identify hook.');
    return caller;
  }

  /** Judges headers alone: before the body, before the database's rows. */
  private async caller(request: FastifyRequest): Promise<Caller> {
    const token = bearerToken(request.headers.authorization);
    const uuid = request.headers['x-session-uuid'];
    if (!token || uuid === undefined || uuid === '') throw new TokenRequired();
    return this.callerWith(request, {uuid, token});
  }

  /** The same for credentials that came in a body. */
  async callerWith(
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
    if (!site) throw new UnknownSite('The site of this token has been removed.');
    if (!isFromAnyOrigin) requireAllowedOrigin(site, request.headers.origin, this.deps.config);
    const caller = {uuid, site, tokenHash: tokenHash(token), address: this.getStoredIp(request)};
    this.identified.set(request, caller);
    return caller;
  }

  getStoredIp(request: FastifyRequest): string | null {
    return anonymizeIp(clientAddress(request), this.deps.config.audit.ipMode);
  }

  /** The caller's visit, undefined before its first change. Any call keeps a visit alive. */
  async visit(request: FastifyRequest, caller: Caller): Promise<Visit | undefined> {
    const {sql, config} = this.deps;
    const visit = await this.peekVisit(request, caller);
    if (visit?.state !== 'open') return visit;
    return {...visit, idleExpiresAt: await touchVisit(sql, caller.uuid, config.visit)};
  }

  /** The same for who merely listens, which is nothing that a visitor does. */
  async peekVisit(request: FastifyRequest, caller: Caller): Promise<Visit | undefined> {
    const visit = await this.deps.visits.find(caller.uuid);
    if (!visit) return undefined;
    this.requireToken(request, caller, visit);
    if (visit.expired) await this.abandon(caller);
    requireAlive(visit);
    return visit;
  }

  /**
   * Runs a change in a transaction that holds the caller's visit, made now if this is its first.
   * Contact, uploads and the reaper all take this lock, so that exactly one of them wins. The work
   * runs again if the database rolled it back because of another transaction.
   */
  async change<T>(
    request: FastifyRequest,
    caller: Caller,
    work: (tx: Queryable, visit: Visit) => Promise<T>,
  ): Promise<T> {
    const {sql, config} = this.deps;
    const changeOnce = async (tx: Queryable) => {
      const visit = await openVisit(
        tx,
        {uuid: caller.uuid, siteKey: caller.site.key, tokenHash: caller.tokenHash},
        config.visit,
      );
      this.requireToken(request, caller, visit);
      if (visit.expired) return 'expired' as const;
      requireAlive(visit);
      if (!visit.isNew) await touchVisit(tx, caller.uuid, config.visit);
      const done = await work(tx, visit);
      if (visit.isNew) await countFunnel(tx, caller.site.key, 'started');
      return {done};
    };
    const outcome = await againAfterConflict(() => transaction(sql, changeOnce));
    if (outcome !== 'expired') return outcome.done;
    await this.abandon(caller);
    return this.change(request, caller, work);
  }

  /** The visit's row under lock, whatever its state; for calls that may come again after the end. */
  async locked<T>(
    request: FastifyRequest,
    caller: Caller,
    work: (tx: Queryable, visit: Visit & {isNew: boolean}) => Promise<T>,
  ): Promise<T> {
    const workOnce = async (tx: Queryable) => {
      const visit = await openVisit(
        tx,
        {uuid: caller.uuid, siteKey: caller.site.key, tokenHash: caller.tokenHash},
        this.deps.config.visit,
      );
      this.requireToken(request, caller, visit);
      return work(tx, visit);
    };
    return againAfterConflict(() => transaction(this.deps.sql, workOnce));
  }

  private requireToken(request: FastifyRequest, caller: Caller, visit: Visit): void {
    if (sameHash(visit.tokenHash, caller.tokenHash) && visit.siteKey === caller.site.key) return;
    this.deps.onTokenRefused(request, caller.uuid);
    throw new TokenInvalid();
  }

  /**
   * Ends an expired visit. Throws `SessionGone`, unless a concurrent call has kept the visit alive
   * before it was locked here.
   */
  private async abandon({uuid, site}: Caller): Promise<void> {
    const {sql, config, endVisit} = this.deps;
    const living = await transaction(sql, async (tx) => {
      const visit = await lockedVisit(tx, uuid, config.visit);
      if (!visit?.expired) return visit;
      const cause = await expiryCause(tx, uuid, config.visit);
      await endVisit(tx, {uuid, siteKey: site.key, address: null}, cause);
      await countFunnel(tx, site.key, 'abandoned');
      return undefined;
    });
    if (living) {
      requireAlive(living);
      return;
    }
    this.deps.onEnded();
    throw new SessionGone();
  }
}

const lockedVisit = async (sql: Queryable, uuid: string, times: Config['visit']) => {
  await sql`select from visits where uuid = ${uuid} for update`;
  return findVisit(sql, uuid, times);
};

export const requireAlive = (visit: Visit): void => {
  const lives = visit.state === 'open' || (visit.state === 'session' && !visit.archived);
  if (!lives) throw new SessionGone();
};

const bearerToken = (header: string | undefined): string | undefined =>
  /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(header ?? '')?.[1];
