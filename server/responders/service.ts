import type {FastifyBaseLogger} from 'fastify';

import type {Config} from '../config/config.js';
import type {Queryable, Sql} from '../database/sql.js';
import {PdfTextExtractor} from '../documents/pdf-text-extractor.js';
import type {TransientEvents} from '../events/transient-events.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {deriveKey} from '../config/secrets.js';
import {enqueueWebhooks} from '../webhooks/store.js';
import {BUDGETS, Budgets} from './budgets.js';
import type {BudgetLimits} from './budgets.js';
import {CallbackLinks} from './callbacks.js';
import {REPLY_LIMITS} from './resolve-responder.js';
import type {ReplyLimits} from './resolve-responder.js';
import {CIRCUIT, CircuitBreakers} from './circuit.js';
import type {ReplyChannel} from './reply-channel.js';
import {insertTurn} from './store.js';
import {TurnWorker} from './turn-worker.js';
import type {TurnWorkerDeps} from './turn-worker.js';

export interface ResponderServiceDeps {
  config: Config;
  /** Pool for replies only, so that visitors' requests never wait for its connections. */
  sql: Sql;
  objects: ObjectStore;
  replyChannel: ReplyChannel;
  transientEvents: TransientEvents;
  log: FastifyBaseLogger;
  onMail: () => void;
  metrics: TurnWorkerDeps['metrics'];
  /** For tests: limits that replace the defaults. */
  limits?: Partial<ReplyLimits>;
  budgets?: Partial<BudgetLimits>;
  circuit?: Partial<typeof CIRCUIT>;
}

export interface StoredMessage {
  uuid: string;
  siteKey: string;
  messageId: number;
  /** Network of the sender. */
  client: string;
}

/** Connects the components that reply: worker, budgets, circuit breakers and callback links. */
export class ResponderService {
  readonly callBacks: CallbackLinks;
  private readonly turns: TurnWorker;
  private readonly transientEvents: TransientEvents;
  private readonly budgets: Budgets;

  constructor({limits, budgets, circuit, ...deps}: ResponderServiceDeps) {
    const {config, objects, log, sql} = deps;
    const linkKeys = config.secrets.map((secret) => deriveKey(secret, 'call-backs'));
    this.callBacks = new CallbackLinks(linkKeys as [Buffer], config.publicUrl);
    const hashKey = deriveKey(config.secrets[0], 'answer-budgets');
    this.budgets = new Budgets(hashKey, {...BUDGETS, ...budgets});
    this.turns = new TurnWorker({
      ...deps,
      documents: new PdfTextExtractor({sql, objects, log}),
      budgets: this.budgets,
      circuits: new CircuitBreakers({...CIRCUIT, ...circuit}),
      callBacks: this.callBacks,
      limits: {...REPLY_LIMITS, ...limits},
    });
    this.transientEvents = deps.transientEvents;
    this.transientEvents.onStop((uuid) => {
      this.turns.stopSession(uuid);
    });
  }

  /**
   * Enqueues a turn in the transaction of the visitor's message: once committed, a reply is due.
   */
  async enqueueTurn(
    tx: Queryable,
    {uuid, siteKey, messageId, client}: StoredMessage,
  ): Promise<void> {
    await insertTurn(tx, {uuid, messageId, client: this.budgets.hashClient(client)});
    const details = {message_id: messageId};
    await enqueueWebhooks(tx, {event: 'message.visitor', uuid, siteKey, details});
  }

  wake(): void {
    this.turns.wake();
  }

  /**
   * Stops the session's turn on any replica. A replica that misses the broadcast detects the stop
   * when it renews its leases.
   */
  stopSession(uuid: string): void {
    this.transientEvents.broadcast(uuid, {type: 'stop'});
  }

  /** Claims no new turns, and waits for the replies in progress. */
  async drain(): Promise<void> {
    await this.turns.drain();
  }

  async stop(): Promise<void> {
    await this.turns.stop();
  }
}
