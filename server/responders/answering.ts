import type {FastifyBaseLogger} from 'fastify';

import type {Config} from '../config/config.js';
import type {Queryable, Sql} from '../database/sql.js';
import {Documents} from '../documents/documents.js';
import type {TransientEvents} from '../events/transient-events.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {derivedKey} from '../config/secrets.js';
import type {SecretKey} from '../config/secrets.js';
import {enqueueWebhooks} from '../webhooks/store.js';
import {BUDGETS, Budgets} from './budgets.js';
import type {BudgetLimits} from './budgets.js';
import {CallBackLinks} from './callbacks.js';
import {ANSWER_LIMITS} from './choose.js';
import type {AnswerLimits} from './choose.js';
import {CIRCUIT, CircuitBreakers} from './circuit.js';
import type {ReplyChannel} from './reply-channel.js';
import {insertTurn} from './store.js';
import {TurnWorker} from './turns.js';
import type {TurnWorkerDeps} from './turns.js';

export interface ResponderServiceDeps {
  config: Config;
  /** Answers take their time, and no visitor's connection. */
  sql: Sql;
  objects: ObjectStore;
  stage: ReplyChannel;
  moments: TransientEvents;
  log: FastifyBaseLogger;
  onMail: () => void;
  metrics: TurnWorkerDeps['metrics'];
  /** For tests: other limits than those that visitors have. */
  limits?: Partial<AnswerLimits>;
  budgets?: Partial<BudgetLimits>;
  circuit?: Partial<typeof CIRCUIT>;
}

export interface StoredMessage {
  uuid: string;
  siteKey: string;
  messageId: number;
  /** Who sent it, by network. */
  client: string;
}

/** All that answering needs, put together. */
export class ResponderService {
  readonly callBacks: CallBackLinks;
  private readonly turns: TurnWorker;
  private readonly moments: TransientEvents;
  private readonly budgets: Budgets;

  constructor({limits, budgets, circuit, ...deps}: ResponderServiceDeps) {
    const {config, objects, log, sql} = deps;
    const keys = config.secrets.map((one) => derivedKey(one, 'call-backs'));
    this.callBacks = new CallBackLinks(keys as [Buffer], config.publicUrl);
    const hashKey = derivedKey(config.secrets[0] as SecretKey, 'answer-budgets');
    this.budgets = new Budgets(hashKey, {...BUDGETS, ...budgets});
    this.turns = new TurnWorker({
      ...deps,
      documents: new Documents({sql, objects, log}),
      budgets: this.budgets,
      circuits: new CircuitBreakers({...CIRCUIT, ...circuit}),
      callBacks: this.callBacks,
      limits: {...ANSWER_LIMITS, ...limits},
    });
    this.moments = deps.moments;
    this.moments.onStop((uuid) => {
      this.turns.stopSession(uuid);
    });
  }

  /** In the transaction of a visitor's message: from its commit on an answer is owed. */
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

  /** Whichever replica writes its answer; one that does not hear of it sees it when it renews. */
  stopSession(uuid: string): void {
    this.moments.broadcast(uuid, {type: 'stop'});
  }

  /** Takes nothing more; ends when all that is being said is said. */
  async finish(): Promise<void> {
    await this.turns.finish();
  }

  async stop(): Promise<void> {
    await this.turns.stop();
  }
}
