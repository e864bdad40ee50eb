import type {ServerResponse} from 'node:http';

import type {FastifyBaseLogger} from 'fastify';

import {listSitesWithRole} from '../accounts/account.js';
import type {SignedInAccount} from '../accounts/account.js';
import {findOpenSessions} from '../accounts/session-store.js';
import {includesRole} from '../contract/owner.js';
import type {Role} from '../contract/owner.js';
import type {OwnerEvent} from '../contract/owner-events.js';
import {isDatabaseDown} from '../database/errors.js';
import type {Sql} from '../database/sql.js';
import {untilClosed} from '../http/slow-download.js';
import {EncodedEvent} from '../live/encoded-event.js';
import type {EventHub} from '../live/hub.js';
import type {CloseReason, Subscriber} from '../live/subscriber.js';
import {findSitesOfLeads} from './lead-sites.js';

export interface OwnerHubDeps {
  sql: Sql;
  live: EventHub;
  log: FastifyBaseLogger;
}

/** Connection that ends with the session of its account. */
interface Holder {
  accountId: string;
  sessionId: string;
  /** Applies the current roles of the session; undefined if the session has ended. */
  onChecked: (roles: ReadonlyMap<string, Role> | undefined) => void;
}

interface Member extends Holder {
  /** Sites of which the account may see the leads. */
  sites: Set<string>;
  joinedAtMs: number;
  subscriber: Subscriber<OwnerEvent>;
}

/** Time in which changes of one lead are combined into one event. */
const COMBINE_MS = 100;
const TICK_MS = 1_000;
/**
 * Interval of checks while notifications work, because a server can crash before it sends one.
 * While they do not work, a stream ends after this time, so that its client loads again.
 */
const CHECK_MS = 15_000;
/** Number of changed sessions that wait for their event. Further ones are left out. */
const MAX_CHANGED = 10_000;

/**
 * Subscribers and transfers of the console in this process. Subscribers learn of changed leads from
 * the notifications of sessions. All are disconnected when their own session ends.
 */
export class OwnerHub {
  private readonly members = new Set<Member>();
  private readonly transfers = new Set<Holder>();
  private changed = new Set<string>();
  private combining: NodeJS.Timeout | undefined;
  private ticking: NodeJS.Timeout | undefined;
  private checkedAtMs = -Infinity;
  private closed = false;

  constructor(private readonly deps: OwnerHubDeps) {
    deps.live.observe({
      onSessionChanged: (uuid) => {
        this.onSessionChanged(uuid);
      },
      onAccountChanged: (id) => {
        void this.check(this.listHolders().filter(({accountId}) => accountId === id));
      },
      onRecovered: () => {
        // Changes of leads were missed. A client that reconnects loads what it shows again.
        for (const member of this.members) this.disconnect(member, 'draining');
        void this.check(this.listHolders());
      },
    });
  }

  /** Adds a subscriber. Returns the function that removes it. */
  join(
    account: Pick<SignedInAccount, 'id' | 'sessionId' | 'roles'>,
    subscriber: Subscriber<OwnerEvent>,
  ): () => void {
    if (this.closed) {
      subscriber.end('draining');
      return () => undefined;
    }
    const member: Member = {
      accountId: account.id,
      sessionId: account.sessionId,
      sites: new Set(listSitesWithRole(account, 'agent')),
      joinedAtMs: performance.now(),
      subscriber,
      onChecked: (roles) => {
        if (roles) member.sites = new Set(listSitesWithRole({roles}, 'agent'));
        else if (this.members.has(member)) this.disconnect(member, 'refused', createSignedOut());
      },
    };
    this.members.add(member);
    this.watch(member);
    return () => {
      this.members.delete(member);
    };
  }

  /**
   * Closes the connection of a transfer when the session of its account ends, or the account loses a
   * role. A site that the session got later can be lost without its end.
   */
  endWithSession(
    {id, sessionId, roles: given}: Pick<SignedInAccount, 'id' | 'sessionId' | 'roles'>,
    response: ServerResponse,
  ): void {
    const transfer: Holder = {
      accountId: id,
      sessionId,
      onChecked: (roles) => {
        if (!roles || [...given].some(([site, role]) => !hasRole(roles, site, role))) {
          response.destroy();
        }
      },
    };
    this.transfers.add(transfer);
    void untilClosed(response).then(() => this.transfers.delete(transfer));
    this.watch(transfer);
  }

  private watch(holder: Holder): void {
    this.ticking ??= setInterval(() => {
      this.tick();
    }, TICK_MS).unref();
    // The session may have ended since the request was checked.
    void this.check([holder]);
  }

  private listHolders(): Holder[] {
    return [...this.members, ...this.transfers];
  }

  /** Ends every stream, so that its client reconnects to another server. */
  drain(): void {
    this.closed = true;
    for (const member of this.members) this.disconnect(member, 'draining');
  }

  stop(): void {
    clearInterval(this.ticking);
    clearTimeout(this.combining);
  }

  private onSessionChanged(uuid: string): void {
    if (this.members.size === 0 || this.changed.size >= MAX_CHANGED) return;
    this.changed.add(uuid);
    this.combining ??= setTimeout(() => {
      this.combining = undefined;
      void this.publishChanged();
    }, COMBINE_MS).unref();
  }

  private async publishChanged(): Promise<void> {
    const uuids = [...this.changed];
    this.changed = new Set();
    const sites = [...new Set([...this.members].flatMap((member) => [...member.sites]))];
    try {
      for (const {uuid, site} of await findSitesOfLeads(this.deps.sql, {uuids, sites})) {
        const event = EncodedEvent.encode<OwnerEvent>({type: 'lead_changed', data: {uuid, site}});
        for (const {subscriber, sites: own} of this.members)
          if (own.has(site) && !subscriber.isFull) subscriber.deliver([event]);
      }
    } catch (error) {
      this.logFailure(error);
    }
  }

  /** Disconnects those whose session has ended, and applies changed roles to the others. */
  private async check(holders: Holder[]): Promise<void> {
    if (holders.length === 0) return;
    try {
      const ids = [...new Set(holders.map(({sessionId}) => sessionId))];
      const open = await findOpenSessions(this.deps.sql, ids);
      for (const {sessionId, onChecked} of holders) onChecked(open.get(sessionId));
    } catch (error) {
      this.logFailure(error);
    }
  }

  private tick(): void {
    const nowMs = performance.now();
    for (const member of this.members)
      if (!member.subscriber.checkLiveness(nowMs)) this.disconnect(member, 'slow');
    const {isListening} = this.deps.live;
    for (const member of this.members)
      if (!isListening && nowMs - member.joinedAtMs > CHECK_MS) this.disconnect(member, 'draining');
    if (isListening && nowMs - this.checkedAtMs < CHECK_MS) return;
    this.checkedAtMs = nowMs;
    void this.check(this.listHolders());
  }

  private disconnect(member: Member, reason: CloseReason, last?: EncodedEvent<OwnerEvent>): void {
    this.members.delete(member);
    member.subscriber.end(reason, last);
  }

  /** The next check repeats a failed one. */
  private logFailure(error: unknown): void {
    if (!isDatabaseDown(error)) this.deps.log.error({err: error}, 'failed to query owner events');
  }
}

const createSignedOut = () => EncodedEvent.encode<OwnerEvent>({type: 'signed_out', data: {}});

const hasRole = (roles: ReadonlyMap<string, Role>, site: string, required: Role): boolean => {
  const role = roles.get(site);
  return role !== undefined && includesRole(role, required);
};
