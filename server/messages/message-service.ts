import type {FastifyBaseLogger} from 'fastify';

import type {Message, MessageRole} from '../contract/messages.js';
import type {Sql, Transaction} from '../database/sql.js';
import {isDatabaseDown} from '../database/errors.js';
import {retryWhileDatabaseDown} from '../database/retry-while-down.js';
import {ConsentRequired, SessionGone} from '../errors.js';
import type {TransientEvents} from '../events/transient-events.js';
import {recordEvents} from '../events/store.js';
import {transaction} from '../database/transaction.js';
import {hasConsent} from '../visits/consents.js';
import {lockLiveVisit} from '../visits/store.js';
import {StreamingMessage} from './streaming-message.js';
import {finishMessage} from './finish-message.js';
import {
  findMessage,
  insertMessage,
  findLapsedMessages,
  findLatestMessages,
  toApiMessage,
  toApiMessages,
} from './store.js';
import {toStorableReply} from './text.js';

/** Role that can reply to a visitor. */
export type ReplierRole = Exclude<MessageRole, 'visitor'>;

export interface MessageIdentity {
  role: ReplierRole;
  /** Unique in a session: a second message with this id is not stored. */
  clientId: string;
}

/** Whole reply to a visitor. */
export interface Reply extends MessageIdentity {
  body: string;
  /** True if the reply asks for an e-mail address. */
  asksForEmail?: boolean;
}

export interface VisitorMessage {
  uuid: string;
  siteKey: string;
  message: Message;
}

export interface MessageServiceDeps {
  sql: Sql;
  transientEvents: TransientEvents;
  log: FastifyBaseLogger;
}

/**
 * Lease of a message, which is longer than a few missed renewals. After it, a message whose server
 * died is marked as failed.
 */
export const MESSAGE_LEASE_MS = 30_000;
const LAPSED_BATCH = 100;
const POLL_INTERVAL_MS = MESSAGE_LEASE_MS / 2;

/** API for replies to visitors: subscribes to their messages, and writes into their sessions. */
export class MessageService {
  private readonly listeners = new Set<(message: VisitorMessage) => void>();

  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly deps: MessageServiceDeps) {}

  /** Starts a periodic check for messages whose server died. */
  start(): void {
    this.timer = setInterval(() => void this.failLapsed(), POLL_INTERVAL_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /**
   * Calls the listener once for each visitor's message, after its commit, in the process that
   * received it. Returns a function that removes the listener.
   */
  onVisitorMessage(listener: (message: VisitorMessage) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emitVisitorMessage(message: VisitorMessage): void {
    for (const listener of this.listeners) listener(message);
  }

  /** Writes a message. Throws `SessionGone`, or `ConsentRequired` without consent to storage. */
  async writeMessage(uuid: string, reply: Reply): Promise<Message> {
    const {message} = await this.write(uuid, {...reply, body: toStorableReply(reply.body)});
    return message;
  }

  /**
   * Writes the message that `make` returns, if any, in one transaction with the other changes of
   * `make`. Throws like `writeMessage`.
   */
  async writeMessageInTransaction(
    uuid: string,
    make: (tx: Transaction) => Promise<Reply | undefined>,
  ): Promise<void> {
    await this.withLiveVisit(uuid, async (tx) => {
      const reply = await make(tx);
      if (reply) await insertMessageOnce(tx, uuid, {...reply, body: toStorableReply(reply.body)});
    });
  }

  /**
   * Starts a message whose text arrives in pieces. Returns undefined if the session has a message
   * with this id, from another process or from before a restart.
   */
  async startMessage(uuid: string, named: MessageIdentity): Promise<StreamingMessage | undefined> {
    const leaseMs = MESSAGE_LEASE_MS;
    const begin = () => this.write(uuid, {...named, body: '', leaseMs});
    const {message, isNew} = await retryWhileDatabaseDown(begin, leaseMs / 2);
    return isNew ? new StreamingMessage(this.deps, {uuid, message, leaseMs}) : undefined;
  }

  /** Notifies the subscribers that are connected now; the event is not stored. */
  sendTyping(uuid: string, role: ReplierRole): void {
    this.deps.transientEvents.broadcast(uuid, {type: 'typing', data: {role}});
  }

  /** Returns the last messages, oldest first. */
  async getHistory(uuid: string, limit: number): Promise<Message[]> {
    const {sql} = this.deps;
    return toApiMessages(sql, await findLatestMessages(sql, uuid, limit));
  }

  /** Marks messages whose server died as failed, so that clients do not wait for the rest. */
  async failLapsed(): Promise<void> {
    try {
      await transaction(this.deps.sql, async (tx) => {
        for (const {id, uuid} of await findLapsedMessages(tx, LAPSED_BATCH)) {
          await finishMessage(tx, uuid, {id, body: undefined, state: 'failed'});
        }
      });
    } catch (error) {
      if (!isDatabaseDown(error))
        this.deps.log.error({err: error}, 'failed to end lapsed messages');
    }
  }

  private write(uuid: string, text: NewText): Promise<Written> {
    return this.withLiveVisit(uuid, (tx) => insertMessageOnce(tx, uuid, text));
  }

  private withLiveVisit<T>(uuid: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return transaction(this.deps.sql, async (tx) => {
      if (!(await lockLiveVisit(tx, uuid))) throw new SessionGone();
      if (!(await hasConsent(tx, uuid, 'personal_data'))) throw new ConsentRequired();
      return work(tx);
    });
  }
}

type NewText = Reply & {leaseMs?: number};

interface Written {
  message: Message;
  isNew: boolean;
}

const insertMessageOnce = async (
  tx: Transaction,
  uuid: string,
  {role, clientId, ...text}: NewText,
): Promise<Written> => {
  // The ids of visitors' messages cannot contain a colon.
  const name = `${role}:${clientId}`;
  const earlier = await findMessage(tx, uuid, name);
  if (earlier) return {message: await toApiMessage(tx, earlier), isNew: false};
  const row = await insertMessage(tx, {uuid, role, clientId: name, ...text});
  const message = await toApiMessage(tx, row);
  await recordEvents(tx, uuid, {type: 'message_created', data: {message}});
  return {message, isNew: true};
};
