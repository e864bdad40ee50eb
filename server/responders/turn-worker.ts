import {randomUUID} from 'node:crypto';

import type {FastifyBaseLogger} from 'fastify';

import type {Config} from '../config/config.js';
import type {Queryable} from '../database/sql.js';
import {isDatabaseDown, getSqlState} from '../database/errors.js';
import {retryWhileDatabaseDown} from '../database/retry-while-down.js';
import type {PdfTextExtractor} from '../documents/pdf-text-extractor.js';
import {Worker} from '../jobs/worker.js';
import {CallFailed} from '../outbound/call-failed.js';
import {findSite} from '../sites/store.js';
import type {Site} from '../sites/store.js';
import {SHUTTING_DOWN, replyToTurn, isSessionOver} from './reply.js';
import {CALL_BACK_MS} from './callbacks.js';
import type {CallbackLinks} from './callbacks.js';
import {resolveResponder} from './resolve-responder.js';
import type {ReplyLimits, ResolvedResponder} from './resolve-responder.js';
import type {CircuitBreakers} from './circuit.js';
import {prepareTurn} from './prepare-turn.js';
import {alertResponder, createHandoverReply, handOverToHuman, notifyOwner} from './handover.js';
import type {HandoverDeps} from './handover.js';
import {
  TURN_LEASE_MS,
  markAwaitingCallback,
  claimTurns,
  endLapsedTurn,
  finishTurn,
  findLapsedTurns,
  releaseTurn,
  renewTurns,
  findTurnContext,
} from './store.js';
import type {ClaimedTurn, LapsedTurn, TurnContext} from './store.js';

export interface TurnWorkerDeps extends HandoverDeps {
  config: Config;
  documents: PdfTextExtractor;
  circuits: CircuitBreakers;
  callBacks: CallbackLinks;
  limits: ReplyLimits;
  log: FastifyBaseLogger;
  metrics: {countTurn: (outcome: string) => void};
}

/** Turns that this process runs concurrently. */
const MAX_RUNNING = 20;
const POLL_INTERVAL_MS = 5_000;
/** Interval of lease renewals, which also detect a *stop* whose notification was lost. */
const RENEW_MS = 1_000;
const LAPSED_BATCH = 20;
const UNIQUE_VIOLATION = '23505';

/**
 * Worker that passes visitors' messages to responders. Any number of workers, on any replica, share
 * the turns.
 */
export class TurnWorker {
  private readonly owner = randomUUID();
  private readonly running = new Map<
    string,
    {uuid: string; stop: AbortController; done: Promise<void>}
  >();
  private readonly worker = new Worker(() => this.poll());
  private renewalTimer: NodeJS.Timeout | undefined;

  constructor(private readonly deps: TurnWorkerDeps) {}

  /** Polls now instead of at the next interval, because a turn was enqueued. */
  wake(): void {
    this.worker.wake();
  }

  /** Stops the session's turns in this process; text that was written stays. */
  stopSession(uuid: string): void {
    for (const turn of this.running.values()) if (turn.uuid === uuid) turn.stop.abort();
  }

  /** Claims no further turns, which leaves them to other replicas. Waits for the running turns. */
  async drain(): Promise<void> {
    this.worker.close();
    await Promise.allSettled([...this.running.values()].map(({done}) => done));
  }

  /**
   * Aborts the running turns. Turns without written text are released; for other turns, the visitor
   * reads that the reply is unfinished.
   */
  async stop(): Promise<void> {
    // A poll in progress can still claim turns, which must be released, too.
    await this.worker.stop();
    for (const {stop} of this.running.values()) stop.abort(SHUTTING_DOWN);
    await this.drain();
  }

  /** Returns the ms until the next poll. */
  private async poll(): Promise<number> {
    const {sql, log} = this.deps;
    try {
      await this.notifyLapsed();
      const room = this.worker.isClosed ? 0 : MAX_RUNNING - this.running.size;
      const turns = room > 0 ? await claimTurns(sql, this.owner, room) : [];
      for (const turn of turns) this.startTurn(turn);
      return turns.length > 0 ? 0 : POLL_INTERVAL_MS;
    } catch (error) {
      // Another replica claimed a turn of the same session at the same time, so poll again.
      if (getSqlState(error) === UNIQUE_VIOLATION) return 0;
      if (!isDatabaseDown(error)) log.error({err: error}, 'failed to process turns');
      return POLL_INTERVAL_MS;
    }
  }

  private startTurn(turn: ClaimedTurn): void {
    const stop = new AbortController();
    const done = this.run(turn, stop.signal)
      .catch((error: unknown) => {
        // The lease expires, and then a server ends the turn as `lost`.
        this.deps.log.error({err: error, turn: turn.id}, 'failed to run a turn');
      })
      .finally(() => {
        this.running.delete(turn.id);
        if (this.running.size === 0) clearInterval(this.renewalTimer);
        this.wake();
      });
    if (this.running.size === 0) {
      this.renewalTimer = setInterval(() => void this.renew(), RENEW_MS).unref();
    }
    this.running.set(turn.id, {uuid: turn.uuid, stop, done});
  }

  private async renew(): Promise<void> {
    const ids = [...this.running.keys()];
    try {
      const owned = await renewTurns(this.deps.sql, this.owner, ids);
      const active = new Set(owned.flatMap(({id, isStopped}) => (isStopped ? [] : [id])));
      for (const id of ids) if (!active.has(id)) this.running.get(id)?.stop.abort();
    } catch (error) {
      this.deps.log.warn({err: error}, 'failed to renew the leases of turns');
    }
  }

  private async run(turn: ClaimedTurn, signal: AbortSignal): Promise<void> {
    const {sql, metrics} = this.deps;
    const context = await findTurnContext(sql, turn.uuid);
    const site = context && (await findSite(sql, context.siteKey));
    const outcome = site
      ? await this.replyTo(turn, {context, site, signal}).catch(goneIfOver)
      : 'gone';
    if (outcome === 'released') {
      const isReleased = await releaseTurn(sql, turn.id);
      metrics.countTurn(isReleased ? outcome : 'stopped');
      return;
    }
    if (outcome === 'later') metrics.countTurn(outcome);
    else {
      const end = () => finishTurn(sql, turn.id, outcome);
      // A callback can have ended the turn, and this process then stopped waiting for the response.
      metrics.countTurn(await retryWhileDatabaseDown(end, TURN_LEASE_MS));
    }
  }

  private async replyTo(
    turn: ClaimedTurn,
    {context, site, signal}: {context: TurnContext; site: Site; signal: AbortSignal},
  ): Promise<string> {
    const {sql, budgets} = this.deps;
    let resolved: ResolvedResponder | undefined;
    try {
      resolved = this.chooseResponder(site);
      if (!resolved) {
        await handOverToHuman(this.deps, turn.uuid, {context, clientId: 'person', what: 'thanks'});
        return 'person';
      }
      this.deps.circuits.requireClosed(resolved.circuit);
      const perDay = site.settings.responder_turns_per_day;
      const usedUp = await budgets.consume(sql, {...turn, siteKey: site.key, perDay});
      if (usedUp) {
        if (usedUp === 'day') await alertResponder(this.deps, site, {code: 'budget_day'});
        await handOverToHuman(this.deps, turn.uuid, {
          context,
          clientId: `limit-${turn.id}`,
          what: 'limited',
        });
        return `budget_${usedUp}`;
      }
      return await this.callResponder(turn, resolved, {context, site, signal});
    } catch (error) {
      // Aborted, in any phase.
      if (signal.aborted) return signal.reason === SHUTTING_DOWN ? 'released' : 'stopped';
      if (!(error instanceof CallFailed)) throw error;
      return this.handleFailure(turn, error, {context, site, hasBegun: false});
    }
  }

  private chooseResponder(site: Site): ResolvedResponder | undefined {
    const {config, limits, callBacks} = this.deps;
    return resolveResponder(site, {config, limits, callback: (id) => callBacks.create(id)});
  }

  private async callResponder(
    claimed: ClaimedTurn,
    resolved: ResolvedResponder,
    {context, site, signal}: {context: TurnContext; site: Site; signal: AbortSignal},
  ): Promise<string> {
    const {sql, replyChannel, log, circuits} = this.deps;
    replyChannel.sendTyping(claimed.uuid, 'maria');
    const turn = await prepareTurn(this.deps, claimed, {site, context, signal});
    const result = await replyToTurn(turn, resolved, {replyChannel, log, signal});
    const {outcome, hasBegun, failure} = result;
    if (failure === SHUTTING_DOWN) {
      if (!hasBegun) return 'released';
      await handOverToHuman(this.deps, claimed.uuid, {
        context,
        clientId: `failed-${turn.id}`,
        what: 'unfinished',
      });
      return 'failed_cut';
    }
    if (failure) {
      circuits.recordFailure(resolved.circuit, failure);
      return this.handleFailure(claimed, failure, {context, site, hasBegun});
    }
    if (outcome !== 'stopped' && outcome !== 'gone') circuits.recordSuccess(resolved.circuit);
    if (outcome !== 'later') return outcome;
    return markAwaitingCallback(sql, claimed.id, CALL_BACK_MS);
  }

  private async handleFailure(
    turn: ClaimedTurn,
    {code, status, message, cause}: CallFailed,
    {context, site, hasBegun}: {context: TurnContext; site: Site; hasBegun: boolean},
  ): Promise<string> {
    this.deps.log.warn(
      {turn: turn.id, site: site.key, reason: message},
      'the responder failed to reply',
    );
    this.deps.log.debug({turn: turn.id, err: cause}, 'cause of the failed reply');
    const what = hasBegun ? 'unfinished' : 'failed';
    // Before the alert, because this throws if the session is over, and then no alert is needed.
    await handOverToHuman(this.deps, turn.uuid, {context, clientId: `failed-${turn.id}`, what});
    await alertResponder(this.deps, site, {code, status});
    return `failed_${code}`;
  }

  /** Ends turns whose server died, or whose responder did not call back. */
  private async notifyLapsed(): Promise<void> {
    const {sql, log} = this.deps;
    for (const turn of await findLapsedTurns(sql, LAPSED_BATCH)) {
      try {
        await this.endLapsed(turn);
      } catch (error) {
        if (isDatabaseDown(error)) throw error;
        log.error({err: error, turn: turn.id}, 'failed to end a lapsed turn');
      }
    }
  }

  /**
   * Ends a turn in the transaction that notifies its visitor and the owner. If this server dies
   * before the commit, another server does both.
   */
  private async endLapsed(turn: LapsedTurn): Promise<void> {
    const {sql, replyChannel, metrics, onMail} = this.deps;
    const {id, uuid, outcome} = turn;
    let isEnded = false;
    const closeTurn = async (tx: Queryable) => {
      isEnded = await endLapsedTurn(tx, id);
      if (!isEnded || outcome === 'answered') return undefined;
      const context = await findTurnContext(tx, uuid);
      if (!context) return undefined;
      await notifyOwner(tx, this.deps.budgets, uuid);
      return createHandoverReply(`failed-${id}`, 'unfinished', context);
    };
    const site = (await findTurnContext(sql, uuid)) && (await findSite(sql, turn.siteKey));
    // Before the transaction, because a repeated alert is harmless. In an ended session no visitor
    // waits for the reply.
    if (site && outcome !== 'answered') await alertResponder(this.deps, site, {code: outcome});
    const isGone =
      (await replyChannel.writeMessageInTransaction(uuid, closeTurn).catch(goneIfOver)) === 'gone';
    if (isGone) isEnded = await endLapsedTurn(sql, id);
    if (isEnded) metrics.countTurn(outcome);
    onMail();
  }
}

const goneIfOver = (error: unknown): 'gone' => {
  if (isSessionOver(error)) return 'gone';
  throw error;
};
