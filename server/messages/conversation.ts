import type {FastifyBaseLogger} from 'fastify';

import type {Message, MessageRole} from '../contract/messages.js';
import type {Queryable, Sql} from '../database/sql.js';
import {isDatabaseDown} from '../database/failure.js';
import {retryWhileDatabaseDown} from '../database/retry-while-down.js';
import {ConsentRequired, SessionGone} from '../errors.js';
import type {TransientEvents} from '../events/transient-events.js';
import {recordEvents} from '../events/store.js';
import {transaction} from '../events/transaction.js';
import {hasConsent} from '../visits/store.js';
import {StreamingMessage} from './running-message.js';
import {finishMessage} from './settle.js';
import {
  findMessage,
  insertMessage,
  lapsedMessages,
  latestMessages,
  lockLiveVisit,
  toApiMessage,
  toApiMessages,
} from './store.js';
import {replyBody} from './text.js';

/** Who can answer a visitor. */
export type Answerer = Exclude<MessageRole, 'visitor'>;

export interface Named {
  role: Answerer;
  /** Once in a session: said twice under one name, it is said once. */
  clientId: string;
}

export interface VisitorMessage {
  uuid: string;
  siteKey: string;
  message: Message;
}

export interface ConversationDeps {
  sql: Sql;
  moments: TransientEvents;
  log: FastifyBaseLogger;
}

/** Longer than a few missed renewals; after it a message whose server has died is told as failed. */
export const MESSAGE_LEASE_MS = 30_000;
const LAPSED_BATCH = 100;
const POLL_INTERVAL_MS = MESSAGE_LEASE_MS / 2;

/** What answerers have to do with a session: to hear its visitor, and to write in it. */
export class MessageService {
  private readonly listeners = new Set<(message: VisitorMessage) => void>();

  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly deps: ConversationDeps) {}

  /** Looks from time to time for messages whose server has died. */
  start(): void {
    this.timer = setInterval(() => void this.failLapsed(), POLL_INTERVAL_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Hears of each message of a visitor once, after its commit, in the process that took it. */
  onVisitorMessage(listener: (message: VisitorMessage) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emitVisitorMessage(message: VisitorMessage): void {
    for (const listener of this.listeners) listener(message);
  }

  /** Throws `SessionGone`, and `ConsentRequired` where nothing may be stored. */
  async say(uuid: string, {body, ...named}: Named & {body: string}): Promise<Message> {
    const {message} = await this.write(uuid, {...named, body: replyBody(body)});
    return message;
  }

  /**
   * Says what `make` answers, in one transaction with what else it does; nothing where it answers
   * nothing. Throws like `say`.
   */
  async sayWith(
    uuid: string,
    make: (tx: Queryable) => Promise<(Named & {body: string}) | undefined>,
  ): Promise<void> {
    await this.enter(uuid, async (tx) => {
      const made = await make(tx);
      if (made) await writeIn(tx, uuid, {...made, body: replyBody(made.body)});
    });
  }

  /**
   * Begins a message whose text comes in pieces. Undefined when there is one of this name already:
   * somebody else has begun it, or it was begun before a restart.
   */
  async startMessage(uuid: string, named: Named): Promise<StreamingMessage | undefined> {
    const leaseMs = MESSAGE_LEASE_MS;
    const begin = () => this.write(uuid, {...named, body: '', leaseMs});
    const {message, isNew} = await retryWhileDatabaseDown(begin, leaseMs / 2);
    return isNew ? new StreamingMessage(this.deps, {uuid, message, leaseMs}) : undefined;
  }

  /** Told to whoever reads at this moment, and kept nowhere. */
  typing(uuid: string, role: Answerer): void {
    this.deps.moments.broadcast(uuid, {type: 'typing', data: {role}});
  }

  /** The last messages, oldest first. */
  async history(uuid: string, limit: number): Promise<Message[]> {
    const {sql} = this.deps;
    return toApiMessages(sql, await latestMessages(sql, uuid, limit));
  }

  /** Settles messages whose server has died, so that nobody waits for the rest of them. */
  async failLapsed(): Promise<void> {
    try {
      await transaction(this.deps.sql, async (tx) => {
        for (const {id, uuid} of await lapsedMessages(tx, LAPSED_BATCH)) {
          await finishMessage(tx, uuid, {id, body: undefined, state: 'failed'});
        }
      });
    } catch (error) {
      if (!isDatabaseDown(error)) this.deps.log.error({err: error}, 'lapsed messages stay');
    }
  }

  private write(uuid: string, text: NewText): Promise<Written> {
    return this.enter(uuid, (tx) => writeIn(tx, uuid, text));
  }

  private enter<T>(uuid: string, work: (tx: Queryable) => Promise<T>): Promise<T> {
    return transaction(this.deps.sql, async (tx) => {
      if (!(await lockLiveVisit(tx, uuid))) throw new SessionGone();
      if (!(await hasConsent(tx, uuid, 'personal_data'))) throw new ConsentRequired();
      return work(tx);
    });
  }
}

type NewText = Named & {body: string; leaseMs?: number};

interface Written {
  message: Message;
  isNew: boolean;
}

const writeIn = async (
  tx: Queryable,
  uuid: string,
  {role, clientId, ...text}: NewText,
): Promise<Written> => {
  // No name that a visitor can choose has a colon.
  const name = `${role}:${clientId}`;
  const earlier = await findMessage(tx, uuid, name);
  if (earlier) return {message: await toApiMessage(tx, earlier), isNew: false};
  const row = await insertMessage(tx, {uuid, role, clientId: name, ...text});
  if (!row) throw new Error('A message that was not there a moment ago is there.');
  const message = await toApiMessage(tx, row);
  await recordEvents(tx, uuid, {type: 'message_created', data: {message}});
  return {message, isNew: true};
};
