import type {FastifyBaseLogger} from 'fastify';

import {ACCOUNTS_CHANNEL} from '../accounts/notify.js';
import type {Sql} from '../database/sql.js';
import {isDatabaseDown} from '../database/errors.js';
import {StatementBatcher} from '../database/statement-batcher.js';
import {EVENTS_CHANNEL, TRANSIENT_CHANNEL, onPublished} from '../events/notify.js';
import {EncodedEvent} from './encoded-event.js';
import {NotificationListener} from './notification-listener.js';
import type {TransientEvent, TransientEvents} from '../events/transient-events.js';
import type {Subscriber} from './subscriber.js';
import {SessionSubscribers} from './session-subscribers.js';
import {MAX_SESSIONS_PER_QUERY, findEvents} from './store.js';
import type {SessionEvents, EventCursor} from './store.js';

export interface EventHubDeps {
  /** Pool for the queries, which are short and shared by concurrent callers. */
  sql: Sql;
  /** Pools over which this process publishes events. */
  pools: Sql[];
  databaseUrl: string;
  transientEvents: TransientEvents;
  log: FastifyBaseLogger;
}

/** Subscriber of changes of all sessions and accounts, in all processes. */
export interface ChangeObserver {
  onSessionChanged: (uuid: string) => void;
  onAccountChanged: (id: string) => void;
  /** Called when notifications arrive again. Those sent in between are lost. */
  onRecovered: () => void;
}

const TICK_MS = 1_000;
/** Poll interval while notifications work, because a server can crash before it sends one. */
const FALLBACK_POLL_INTERVAL_MS = 15_000;
const MAX_QUERIES = 100_000;

/** Subscribers of this process by session, and the sources of their events. */
export class EventHub {
  private readonly sessions = new Map<string, SessionSubscribers>();
  private readonly observers = new Set<ChangeObserver>();
  private readonly queries: StatementBatcher<EventCursor, SessionEvents>;
  private readonly listener: NotificationListener;
  private readonly unsubscribers: (() => void)[];
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly deps: EventHubDeps) {
    const {sql, pools, transientEvents, databaseUrl} = deps;
    this.queries = new StatementBatcher({
      run: (wanted) => findEvents(sql, wanted),
      maxBatch: MAX_SESSIONS_PER_QUERY,
      maxWaiting: MAX_QUERIES,
      isReadOnly: true,
    });
    this.listener = new NotificationListener({
      databaseUrl,
      channels: [EVENTS_CHANNEL, TRANSIENT_CHANNEL, ACCOUNTS_CHANNEL],
      onNotification: (channel, payload) => {
        this.onNotification(channel, payload);
      },
      onRecovered: () => {
        for (const subscribers of this.sessions.values()) subscribers.poll();
        for (const observer of this.observers) observer.onRecovered();
      },
    });
    this.unsubscribers = [
      ...pools.map((pool) =>
        onPublished(pool, (uuid, seq) => {
          this.onPublished(uuid, seq);
        }),
      ),
      transientEvents.onTransient((uuid, event) => {
        this.broadcastTransient(uuid, event);
      }),
    ];
  }

  observe(observer: ChangeObserver): void {
    this.observers.add(observer);
  }

  get subscriberCount(): number {
    return [...this.sessions.values()].reduce((sum, {size}) => sum + size, 0);
  }

  countSubscribers(uuid: string): number {
    return this.sessions.get(uuid)?.size ?? 0;
  }

  /** Whether notifications from other processes arrive. If not, the hub polls every second. */
  get isListening(): boolean {
    return this.listener.isListening;
  }

  start(): void {
    this.listener.start();
    this.timer = setInterval(() => {
      this.tick();
    }, TICK_MS).unref();
  }

  /** Ends every stream, so that its client reconnects to another server. */
  drain(): void {
    this.closed = true;
    for (const subscribers of this.sessions.values()) subscribers.endAll('draining');
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    for (const unsubscribe of this.unsubscribers) unsubscribe();
    await this.listener.stop();
  }

  /** Delivers all events after the subscriber's cursor. Returns the function that removes it. */
  join(uuid: string, subscriber: Subscriber): () => void {
    if (this.closed) {
      subscriber.end('draining');
      return () => undefined;
    }
    const subscribers =
      this.sessions.get(uuid) ??
      new SessionSubscribers({
        find: (after) => this.queries.add({uuid, after}),
        requestReplay: () => {
          this.deps.transientEvents.broadcast(uuid, {type: 'wanted'});
        },
        onFailed: (error) => {
          if (isDatabaseDown(error)) return;
          this.deps.log.error({err: error}, 'failed to query events');
        },
        onEmpty: () => this.sessions.delete(uuid),
      });
    this.sessions.set(uuid, subscribers);
    return subscribers.join(subscriber);
  }

  /** Continues the delivery to a subscriber whose buffer has room again. */
  resumeDelivery(uuid: string, subscriber: Subscriber): void {
    subscriber.markWritable();
    this.sessions.get(uuid)?.poll();
  }

  private onNotification(channel: string, payload: string): void {
    if (channel === TRANSIENT_CHANNEL) this.deps.transientEvents.receive(payload);
    else if (channel === ACCOUNTS_CHANNEL) {
      for (const observer of this.observers) observer.onAccountChanged(payload);
    } else {
      const [uuid = '', seq = '0'] = payload.split(' ');
      this.onPublished(uuid, Number(seq));
    }
  }

  private onPublished(uuid: string, seq: number): void {
    this.sessions.get(uuid)?.onPublished(seq);
    for (const observer of this.observers) observer.onSessionChanged(uuid);
  }

  private broadcastTransient(uuid: string, event: TransientEvent): void {
    const subscribers = this.sessions.get(uuid);
    if (!subscribers) return;
    if (event.type === 'message_delta') subscribers.onDelta(event.data);
    else subscribers.broadcastTransient(EncodedEvent.encode(event));
  }

  private tick(): void {
    const nowMs = performance.now();
    const intervalMs = this.listener.isListening ? FALLBACK_POLL_INTERVAL_MS : TICK_MS / 2;
    for (const subscribers of this.sessions.values()) subscribers.tick(nowMs, intervalMs);
  }
}
