import type {FastifyBaseLogger} from 'fastify';

import type {Message} from '../contract/messages.js';
import {MAX_REPLY_LENGTH} from '../contract/limits.js';
import type {Sql} from '../database/sql.js';
import {retryWhileDatabaseDown} from '../database/retry-while-down.js';
import type {TransientEvents} from '../events/transient-events.js';
import {transaction} from '../database/transaction.js';
import {lockLiveVisit} from '../visits/store.js';
import {finishMessage} from './finish-message.js';
import {renewMessage} from './store.js';
import {toStorableReply} from './text.js';

/** Text of this period is published together, because a model sends it in hundreds of pieces. */
const PUBLISH_MS = 80;
/** Maximum period whose published text is lost if the server dies. */
const STORE_MS = 1_000;

interface StartedMessage {
  uuid: string;
  message: Message;
  leaseMs: number;
}

/**
 * Message that is being written. Its pieces are broadcast to subscribers, and the full text is
 * stored at the end. Until then, each renewal of the lease also stores the text so far.
 */
export class StreamingMessage {
  readonly id: number;
  private text = '';
  private publishedUnits = 0;
  private publishTimer: NodeJS.Timeout | undefined;
  private storeTimer: NodeJS.Timeout | undefined;
  private readonly renewalTimer: NodeJS.Timeout;
  private readonly closed = new AbortController();
  private readonly removeRepeater: () => void;

  constructor(
    private readonly deps: {sql: Sql; transientEvents: TransientEvents; log: FastifyBaseLogger},
    private readonly started: StartedMessage,
  ) {
    this.id = started.message.id;
    this.renewalTimer = setInterval(() => void this.renew(), started.leaseMs / 3).unref();
    this.removeRepeater = deps.transientEvents.onTextWanted(started.uuid, () => {
      this.publishFrom(0);
    });
  }

  /**
   * Aborted when the message is no longer wanted: its session has ended, or another process
   * finished it.
   */
  get signal(): AbortSignal {
    return this.closed.signal;
  }

  /** Appends to the text; characters beyond the limit are dropped. */
  delta(text: string): void {
    this.text = (this.text + text.replaceAll('\0', '')).slice(0, MAX_REPLY_LENGTH);
    this.publishTimer ??= setTimeout(() => {
      this.publishTimer = undefined;
      this.publishFrom(this.publishedUnits);
    }, PUBLISH_MS).unref();
    this.storeTimer ??= setTimeout(() => {
      this.storeTimer = undefined;
      void this.renew();
    }, STORE_MS).unref();
  }

  /**
   * Stores the full text; `body` replaces the collected text. Returns undefined if the session or
   * the message has ended.
   */
  complete(body = this.text): Promise<Message | undefined> {
    return this.end('complete', body);
  }

  /** Ends the message as failed, with the text so far. */
  fail(): Promise<Message | undefined> {
    return this.end('failed', this.text);
  }

  private async end(state: 'complete' | 'failed', body: string): Promise<Message | undefined> {
    this.stop();
    const {uuid, leaseMs} = this.started;
    const write = () =>
      transaction(this.deps.sql, async (tx) => {
        if (!(await lockLiveVisit(tx, uuid))) return undefined;
        return finishMessage(tx, uuid, {id: this.id, body: toStorableReply(body), state});
      });
    // Retries no longer than the renewed lease lasts.
    return retryWhileDatabaseDown(write, leaseMs / 2);
  }

  private publishFrom(offset: number): void {
    const data = {message_id: this.id, offset, text: this.text.slice(offset)};
    this.deps.transientEvents.broadcast(this.started.uuid, {type: 'message_delta', data});
    this.publishedUnits = this.text.length;
  }

  private async renew(): Promise<void> {
    const {leaseMs} = this.started;
    try {
      const body = toStorableReply(this.text);
      if (await renewMessage(this.deps.sql, this.id, {body, leaseMs})) return;
      this.stop();
      this.closed.abort();
    } catch (error) {
      this.deps.log.warn({err: error, message: this.id}, 'failed to renew the lease of a message');
    }
  }

  private stop(): void {
    clearTimeout(this.publishTimer);
    clearTimeout(this.storeTimer);
    clearInterval(this.renewalTimer);
    this.removeRepeater();
  }
}
