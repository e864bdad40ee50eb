import type {FastifyBaseLogger} from 'fastify';

import type {Sql} from '../database/connect.js';
import {isDatabaseDown} from '../database/failure.js';
import {SharedStatement} from '../database/shared-statement.js';
import {NEWS_CHANNEL, onAnnounced} from '../events/announce.js';
import {Frame} from './encoded-event.js';
import {Listener} from './notification-listener.js';
import type {Fleeting, Moments} from '../events/transient-events.js';
import type {Reader} from './subscriber.js';
import {Readership} from './session-subscribers.js';
import {MAX_SESSIONS, findEvents} from '../events/store.js';
import type {Found, Wanted} from '../events/store.js';

export interface LiveParts {
  /** Looks are short, and shared by all who want to know at the moment. */
  sql: Sql;
  /** Over which news are announced in this process. */
  pools: Sql[];
  databaseUrl: string;
  moments: Moments;
  log: FastifyBaseLogger;
}

const TICK_MS = 1_000;
/** Nobody announces what a server has committed and not lived to tell. */
const LOOK_ANYWAY_MS = 15_000;
const MAX_LOOKS = 100_000;

/** Who reads which session in this process, and what brings the news to them. */
export class Live {
  private readonly sessions = new Map<string, Readership>();
  private readonly looks: SharedStatement<Wanted, Found>;
  private readonly listener: Listener;
  private readonly ends: (() => void)[];
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly parts: LiveParts) {
    const {sql, pools, moments, databaseUrl} = parts;
    this.looks = new SharedStatement({
      run: (wanted) => findEvents(sql, wanted),
      maxBatch: MAX_SESSIONS,
      maxWaiting: MAX_LOOKS,
      isReadOnly: true,
    });
    this.listener = new Listener({
      databaseUrl,
      onNotice: (channel, payload) => {
        this.hear(channel, payload);
      },
      onBack: () => {
        for (const readers of this.sessions.values()) readers.look();
      },
    });
    this.ends = [
      ...pools.map((pool) =>
        onAnnounced(pool, (uuid, seq) => {
          this.sessions.get(uuid)?.hasNews(seq);
        }),
      ),
      moments.onMoment((uuid, moment) => {
        this.tell(uuid, moment);
      }),
    ];
  }

  get readers(): number {
    return [...this.sessions.values()].reduce((sum, {size}) => sum + size, 0);
  }

  readersOf(uuid: string): number {
    return this.sessions.get(uuid)?.size ?? 0;
  }

  /** Whether other processes' news are heard at once, and not looked for every second. */
  get isHearing(): boolean {
    return this.listener.isHearing;
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
  join(uuid: string, reader: Reader): () => void {
    if (this.closed) {
      reader.end('draining');
      return () => undefined;
    }
    const readers =
      this.sessions.get(uuid) ??
      new Readership({
        find: (after) => this.looks.add({uuid, after}),
        wantMoments: () => {
          this.parts.moments.tell(uuid, {type: 'wanted'});
        },
        onFailed: (error) => {
          if (isDatabaseDown(error)) return;
          this.parts.log.error({err: error}, 'events could not be looked up');
        },
        onEmpty: () => this.sessions.delete(uuid),
      });
    this.sessions.set(uuid, readers);
    return readers.join(reader);
  }

  /** A reader has room again. */
  drained(uuid: string, reader: Reader): void {
    reader.drained();
    this.sessions.get(uuid)?.look();
  }

  private hear(channel: string, payload: string): void {
    if (channel !== NEWS_CHANNEL) {
      this.parts.moments.heard(payload);
      return;
    }
    const [uuid = '', seq = '0'] = payload.split(' ');
    this.sessions.get(uuid)?.hasNews(Number(seq));
  }

  private tell(uuid: string, moment: Fleeting): void {
    const readers = this.sessions.get(uuid);
    if (!readers) return;
    if (moment.type === 'message_delta') readers.hearDelta(moment.data);
    else readers.glance(Frame.of(moment));
  }

  private tick(): void {
    const nowMs = performance.now();
    const lookMs = this.listener.isHearing ? LOOK_ANYWAY_MS : TICK_MS / 2;
    for (const readers of this.sessions.values()) readers.tick(nowMs, lookMs);
  }
}
