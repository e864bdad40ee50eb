import type {FastifyBaseLogger} from 'fastify';

import type {Message} from '../contract/messages.js';
import {MAX_REPLY_LENGTH} from '../contract/limits.js';
import type {Sql} from '../database/sql.js';
import {retryWhileDatabaseDown} from '../database/retry-while-down.js';
import type {TransientEvents} from '../events/transient-events.js';
import {transaction} from '../events/transaction.js';
import {finishMessage} from './settle.js';
import {lockLiveVisit, renewMessage} from './store.js';
import {replyBody} from './text.js';

/** Pieces of this long a time go out together: a model's words come in hundreds of them. */
const GATHER_MS = 80;
/** So much of what was told is lost at most when the server dies. */
const KEEP_MS = 1_000;

interface Begun {
  uuid: string;
  message: Message;
  leaseMs: number;
}

/**
 * A message that is being written. Its pieces are told to whoever reads, and the whole of it is
 * stored when it ends; on the way the text so far is kept, and the lease with it.
 */
export class StreamingMessage {
  readonly id: number;
  private text = '';
  private toldUnits = 0;
  private gathering: NodeJS.Timeout | undefined;
  private keeping: NodeJS.Timeout | undefined;
  private readonly renewing: NodeJS.Timeout;
  private readonly gone = new AbortController();
  private readonly stopAnswering: () => void;

  constructor(
    private readonly deps: {sql: Sql; moments: TransientEvents; log: FastifyBaseLogger},
    private readonly begun: Begun,
  ) {
    this.id = begun.message.id;
    this.renewing = setInterval(() => void this.renew(), begun.leaseMs / 3).unref();
    this.stopAnswering = deps.moments.answerWanted(begun.uuid, () => {
      this.publishFrom(0);
    });
  }

  /** Aborted when nobody will read it: its session has ended, or it was settled by another. */
  get signal(): AbortSignal {
    return this.gone.signal;
  }

  /** More of the text; what goes beyond the limit is dropped. */
  delta(text: string): void {
    this.text = (this.text + text.replaceAll('\0', '')).slice(0, MAX_REPLY_LENGTH);
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      this.publishFrom(this.toldUnits);
    }, GATHER_MS).unref();
    this.keeping ??= setTimeout(() => {
      this.keeping = undefined;
      void this.renew();
    }, KEEP_MS).unref();
  }

  /** Undefined when the session or the message is gone. `body` replaces what the pieces made. */
  complete(body = this.text): Promise<Message | undefined> {
    return this.end('complete', body);
  }

  /** With what there was of the text. */
  fail(): Promise<Message | undefined> {
    return this.end('failed', this.text);
  }

  private async end(state: 'complete' | 'failed', body: string): Promise<Message | undefined> {
    this.stop();
    const {uuid, leaseMs} = this.begun;
    const write = () =>
      transaction(this.deps.sql, async (tx) => {
        if (!(await lockLiveVisit(tx, uuid))) return undefined;
        return finishMessage(tx, uuid, {id: this.id, body: replyBody(body), state});
      });
    // As long as the lease holds that was last renewed.
    return retryWhileDatabaseDown(write, leaseMs / 2);
  }

  private publishFrom(offset: number): void {
    const data = {message_id: this.id, offset, text: this.text.slice(offset)};
    this.deps.moments.broadcast(this.begun.uuid, {type: 'message_delta', data});
    this.toldUnits = this.text.length;
  }

  private async renew(): Promise<void> {
    const {leaseMs} = this.begun;
    try {
      const body = replyBody(this.text);
      if (await renewMessage(this.deps.sql, this.id, {body, leaseMs})) return;
      this.stop();
      this.gone.abort();
    } catch (error) {
      this.deps.log.warn({err: error, message: this.id}, 'a lease could not be renewed');
    }
  }

  private stop(): void {
    clearTimeout(this.gathering);
    clearTimeout(this.keeping);
    clearInterval(this.renewing);
    this.stopAnswering();
  }
}
