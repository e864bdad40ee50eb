import type {FastifyBaseLogger} from 'fastify';

import type {Sql} from '../database/sql.js';
import {isDatabaseDown} from '../database/failure.js';
import {StatementBatcher} from '../database/shared-statement.js';
import {EVENTS_CHANNEL, onPublished} from '../events/announce.js';
import {EncodedEvent} from './encoded-event.js';
import {NotificationListener} from './notification-listener.js';
import type {TransientEvent, TransientEvents} from '../events/transient-events.js';
import type {Subscriber} from './subscriber.js';
import {SessionSubscribers} from './session-subscribers.js';
import {MAX_SESSIONS, findEvents} from '../events/store.js';
import type {FoundEvents, WantedEvents} from '../events/store.js';

export interface EventHubDeps {
  /** Looks are short, and shared by all who want to know at the moment. */
  sql: Sql;
  /** Over which news are announced in this process. */
  pools: Sql[];
  databaseUrl: string;
  moments: TransientEvents;
  log: FastifyBaseLogger;
}

const TICK_MS = 1_000;
/** Nobody announces what a server has committed and not lived to tell. */
const FALLBACK_POLL_INTERVAL_MS = 15_000;
const MAX_QUERIES = 100_000;

/** Who reads which session in this process, and what brings the news to them. */
export class EventHub {
  private readonly sessions = new Map<string, SessionSubscribers>();
  private readonly looks: StatementBatcher<WantedEvents, FoundEvents>;
  private readonly listener: NotificationListener;
  private readonly ends: (() => void)[];
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly deps: EventHubDeps) {
    const {sql, pools, moments, databaseUrl} = deps;
    this.looks = new StatementBatcher({
      run: (wanted) => findEvents(sql, wanted),
      maxBatch: MAX_SESSIONS,
      maxWaiting: MAX_QUERIES,
      isReadOnly: true,
    });
    this.listener = new NotificationListener({
      databaseUrl,
      onNotice: (channel, payload) => {
        this.hear(channel, payload);
      },
      onBack: () => {
        for (const readers of this.sessions.values()) readers.poll();
      },
    });
    this.ends = [
      ...pools.map((pool) =>
        onPublished(pool, (uuid, seq) => {
          this.sessions.get(uuid)?.hasNews(seq);
        }),
      ),
      moments.onTransient((uuid, moment) => {
        this.broadcastTransient(uuid, moment);
      }),
    ];
  }

  get readers(): number {
    return [...this.sessions.values()].reduce((sum, {size}) => sum + size, 0);
  }

  countSubscribers(uuid: string): number {
    return this.sessions.get(uuid)?.size ?? 0;
  }

  /** Whether other processes' news are heard at once, and not looked for every second. */
  get isHearing(): boolean {
    return this.listener.isListening;
  }

  start(): void {
    this.listener.start();
    this.timer = setInterval(() => {
      this.tick();
    }, TICK_MS).unref();
  }

  /** Ends every stream, so that its reader goes elsewhere. */
  drain(): void {
    this.closed = true;
    for (const readers of this.sessions.values()) readers.endAll('draining');
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    for (const end of this.ends) end();
    await this.listener.stop();
  }

  /** From here on the reader is given what comes after its cursor. Answers how it leaves. */
  join(uuid: string, reader: Subscriber): () => void {
    if (this.closed) {
      reader.end('draining');
      return () => undefined;
    }
    const readers =
      this.sessions.get(uuid) ??
      new SessionSubscribers({
        find: (after) => this.looks.add({uuid, after}),
        wantMoments: () => {
          this.deps.moments.broadcast(uuid, {type: 'wanted'});
        },
        onFailed: (error) => {
          if (isDatabaseDown(error)) return;
          this.deps.log.error({err: error}, 'events could not be looked up');
        },
        onEmpty: () => this.sessions.delete(uuid),
      });
    this.sessions.set(uuid, readers);
    return readers.join(reader);
  }

  /** A reader has room again. */
  drained(uuid: string, reader: Subscriber): void {
    reader.drained();
    this.sessions.get(uuid)?.poll();
  }

  private hear(channel: string, payload: string): void {
    if (channel !== EVENTS_CHANNEL) {
      this.deps.moments.heard(payload);
      return;
    }
    const [uuid = '', seq = '0'] = payload.split(' ');
    this.sessions.get(uuid)?.hasNews(Number(seq));
  }

  private broadcastTransient(uuid: string, moment: TransientEvent): void {
    const readers = this.sessions.get(uuid);
    if (!readers) return;
    if (moment.type === 'message_delta') readers.onDelta(moment.data);
    else readers.broadcastTransient(EncodedEvent.encode(moment));
  }

  private tick(): void {
    const nowMs = performance.now();
    const lookMs = this.listener.isListening ? FALLBACK_POLL_INTERVAL_MS : TICK_MS / 2;
    for (const readers of this.sessions.values()) readers.tick(nowMs, lookMs);
  }
}
