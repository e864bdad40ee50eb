import {randomUUID} from 'node:crypto';

import type {FastifyBaseLogger} from 'fastify';

import type {Config} from '../config/config.js';
import type {Queryable, Sql} from '../database/sql.js';
import {isDatabaseDown, sqlState} from '../database/failure.js';
import {retryWhileDatabaseDown} from '../database/retry-while-down.js';
import type {Documents} from '../documents/documents.js';
import {raiseAlert} from '../alerts/alerts.js';
import {enqueueMail} from '../jobs/queue.js';
import {CallFailed} from '../outbound/failure.js';
import {findSite} from '../sites/store.js';
import type {Site} from '../sites/store.js';
import {SHUTTING_DOWN, answerTurn, isOver} from './answer.js';
import type {Budgets} from './budgets.js';
import {CALL_BACK_MS} from './callbacks.js';
import type {CallBackLinks} from './callbacks.js';
import {resolveResponder} from './choose.js';
import type {AnswerLimits, ResolvedResponder} from './choose.js';
import type {CircuitBreakers} from './circuit.js';
import {prepareTurn} from './prepare.js';
import type {ReplyChannel} from './reply-channel.js';
import {
  LEASE_MS,
  awaitCallBack,
  claimTurns,
  endLapsed,
  finishTurn,
  lapsedTurns,
  releaseTurn,
  renewTurns,
  turnContext,
} from './store.js';
import type {ClaimedTurn, LapsedTurn, TurnContext} from './store.js';
import {escalationText} from './texts.js';

export interface TurnWorkerDeps {
  sql: Sql;
  config: Config;
  stage: ReplyChannel;
  documents: Documents;
  budgets: Budgets;
  circuits: CircuitBreakers;
  callBacks: CallBackLinks;
  limits: AnswerLimits;
  log: FastifyBaseLogger;
  onMail: () => void;
  metrics: {turnEnded: (outcome: string) => void};
}

/** In this process at once. */
const MAX_RUNNING = 20;
const POLL_INTERVAL_MS = 5_000;
/** How soon a *stop* arrives whose notice was lost. */
const RENEW_MS = 1_000;
const LAPSED_BATCH = 20;
const UNIQUE_VIOLATION = '23505';

/** Has visitors' messages answered. Any number of them, in any replica, share the work. */
export class TurnWorker {
  private readonly owner = randomUUID();
  private readonly running = new Map<
    string,
    {uuid: string; stop: AbortController; done: Promise<void>}
  >();
  private looking: Promise<void> | undefined;
  private again = false;
  private timer: NodeJS.Timeout | undefined;
  private renewing: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly deps: TurnWorkerDeps) {}

  /** Something waits for an answer: look now rather than at the next turn. */
  wake(): void {
    if (this.stopped) return;
    this.again = true;
    this.looking ??= this.poll().finally(() => {
      this.looking = undefined;
      if (this.again) this.wake();
    });
  }

  /** Ends what runs here for a session; what was written of it stays. */
  stopSession(uuid: string): void {
    for (const turn of this.running.values()) if (turn.uuid === uuid) turn.stop.abort();
  }

  /** Takes nothing more, which is another replica's from here on. Ends when all that runs is said. */
  async finish(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await Promise.allSettled([...this.running.values()].map(({done}) => done));
  }

  /** Breaks off what runs: what has not begun is given back, and of the rest its visitor is told. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    // What a look under way has still taken is given back with the rest.
    await this.looking;
    for (const {stop} of this.running.values()) stop.abort(SHUTTING_DOWN);
    await this.finish();
  }

  private async poll(): Promise<void> {
    clearTimeout(this.timer);
    const {sql, log} = this.deps;
    try {
      await this.notifyLapsed();
      while (this.again && !this.stopped) {
        this.again = false;
        const room = MAX_RUNNING - this.running.size;
        const turns = room > 0 ? await claimTurns(sql, this.owner, room) : [];
        for (const turn of turns) this.begin(turn);
        if (turns.length > 0) this.again = true;
      }
    } catch (error) {
      // Another replica had a message of the same session in the same instant: it is to be looked
      // at again when that is answered.
      this.again = sqlState(error) === UNIQUE_VIOLATION;
      if (!this.again && !isDatabaseDown(error)) log.error({err: error}, 'answers stumbled');
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.wake();
    }, POLL_INTERVAL_MS).unref();
  }

  private begin(turn: ClaimedTurn): void {
    const stop = new AbortController();
    const done = this.run(turn, stop.signal)
      .catch((error: unknown) => {
        // Its lease runs out, and then it is told as lost.
        this.deps.log.error({err: error, turn: turn.id}, 'an answer broke off');
      })
      .finally(() => {
        this.running.delete(turn.id);
        if (this.running.size === 0) clearInterval(this.renewing);
        this.wake();
      });
    if (this.running.size === 0) {
      this.renewing = setInterval(() => void this.renew(), RENEW_MS).unref();
    }
    this.running.set(turn.id, {uuid: turn.uuid, stop, done});
  }

  private async renew(): Promise<void> {
    const ids = [...this.running.keys()];
    try {
      const ours = await renewTurns(this.deps.sql, this.owner, ids);
      const kept = new Set(ours.flatMap(({id, isStopped}) => (isStopped ? [] : [id])));
      for (const id of ids) if (!kept.has(id)) this.running.get(id)?.stop.abort();
    } catch (error) {
      this.deps.log.warn({err: error}, 'leases on answers could not be renewed');
    }
  }

  private async run(turn: ClaimedTurn, signal: AbortSignal): Promise<void> {
    const {sql, metrics} = this.deps;
    const context = await turnContext(sql, turn.uuid);
    const site = context && (await findSite(sql, context.siteKey));
    const outcome = site
      ? await this.answer(turn, {context, site, signal}).catch(goneIfOver)
      : 'gone';
    if (outcome === 'released') {
      const isReleased = await releaseTurn(sql, turn.id);
      metrics.turnEnded(isReleased ? outcome : 'stopped');
      return;
    }
    if (outcome !== 'later')
      await retryWhileDatabaseDown(() => finishTurn(sql, turn.id, outcome), LEASE_MS);
    metrics.turnEnded(outcome);
  }

  private async answer(
    turn: ClaimedTurn,
    {context, site, signal}: {context: TurnContext; site: Site; signal: AbortSignal},
  ): Promise<string> {
    const {sql, budgets} = this.deps;
    let chosen: ResolvedResponder | undefined;
    try {
      chosen = this.choose(site);
      if (!chosen) {
        await this.handOverToHuman(turn, {context, clientId: 'person', what: 'thanks'});
        return 'person';
      }
      this.deps.circuits.requireClosed(chosen.circuit);
      const perDay = site.settings.responder_turns_per_day;
      const usedUp = await budgets.take(sql, {...turn, siteKey: site.key, perDay});
      if (usedUp) {
        if (usedUp === 'day') await this.alert(site, 'budget_day');
        await this.handOverToHuman(turn, {context, clientId: `limit-${turn.id}`, what: 'limited'});
        return `budget_${usedUp}`;
      }
      return await this.ask(turn, chosen, {context, site, signal});
    } catch (error) {
      // Whatever it was broken off in.
      if (signal.aborted) return signal.reason === SHUTTING_DOWN ? 'released' : 'stopped';
      if (!(error instanceof CallFailed)) throw error;
      return this.failed(turn, error, {context, site, hasBegun: false});
    }
  }

  private choose(site: Site): ResolvedResponder | undefined {
    const {config, limits, callBacks} = this.deps;
    return resolveResponder(site, {config, limits, callback: (id) => callBacks.create(id)});
  }

  private async ask(
    claimed: ClaimedTurn,
    chosen: ResolvedResponder,
    {context, site, signal}: {context: TurnContext; site: Site; signal: AbortSignal},
  ): Promise<string> {
    const {sql, stage, log, circuits} = this.deps;
    stage.typing(claimed.uuid, 'maria');
    const turn = await prepareTurn(this.deps, claimed, {site, context, signal});
    const answered = await answerTurn(turn, chosen, {stage, log, signal});
    const {outcome, hasBegun, failure} = answered;
    if (failure === SHUTTING_DOWN) {
      if (!hasBegun) return 'released';
      await this.handOverToHuman(claimed, {
        context,
        clientId: `failed-${turn.id}`,
        what: 'unfinished',
      });
      return 'failed_cut';
    }
    if (failure) {
      circuits.failed(chosen.circuit, failure);
      return this.failed(claimed, failure, {context, site, hasBegun});
    }
    if (outcome !== 'stopped' && outcome !== 'gone') circuits.succeeded(chosen.circuit);
    if (outcome !== 'later') return outcome;
    return awaitCallBack(sql, claimed.id, CALL_BACK_MS);
  }

  private async failed(
    turn: ClaimedTurn,
    {code, message, cause}: CallFailed,
    {context, site, hasBegun}: {context: TurnContext; site: Site; hasBegun: boolean},
  ): Promise<string> {
    this.deps.log.warn({turn: turn.id, site: site.key, reason: message}, 'nothing answered');
    this.deps.log.debug({turn: turn.id, err: cause}, 'what the responder said');
    const what = hasBegun ? 'unfinished' : 'failed';
    // First: where nobody waits any more there is nothing to be alarmed about.
    await this.handOverToHuman(turn, {context, clientId: `failed-${turn.id}`, what});
    await this.alert(site, code, message);
    return `failed_${code}`;
  }

  /**
   * Tells the visitor who answers now, and the owner that somebody waits. Throws what `isOver` knows
   * when nobody does.
   */
  private async handOverToHuman(
    {uuid}: ClaimedTurn,
    {
      context,
      clientId,
      what,
    }: {
      context: TurnContext;
      clientId: string;
      what: Parameters<typeof escalationText>[0];
    },
  ): Promise<void> {
    const {sql, stage, onMail} = this.deps;
    await stage.say(uuid, {role: 'maria', clientId, body: escalationText(what, context)});
    await sql.begin((tx) => this.notifyOwner(tx, uuid));
    onMail();
  }

  private async notifyOwner(tx: Queryable, uuid: string): Promise<void> {
    const rows = await tx`
      select from visits where uuid = ${uuid} and state in ('open', 'session') for update`;
    if (rows.length === 0) return;
    const at = await this.deps.budgets.ownerMailAt(tx, uuid);
    if (at) await enqueueMail(tx, {template: 'message', uuid}, uuid, at);
  }

  private async alert(site: Site, code: string, told = code): Promise<void> {
    await raiseAlert(this.deps.sql, {
      cause: `responder_${site.key}_${code}`,
      code: 'responder_failed',
      message: `Visitors of the site "${site.key}" got no answer from its responder: ${told}. They were told that a person will answer.`,
    });
    this.deps.onMail();
  }

  /** Turns whose server has died, or whose responder has never called back. */
  private async notifyLapsed(): Promise<void> {
    const {sql, log} = this.deps;
    for (const turn of await lapsedTurns(sql, LAPSED_BATCH)) {
      try {
        await this.endLapsed(turn);
      } catch (error) {
        if (isDatabaseDown(error)) throw error;
        log.error({err: error, turn: turn.id}, 'a lapsed answer could not be ended');
      }
    }
  }

  /**
   * Ends a turn in the transaction that tells its visitor and the owner: a server that dies here
   * leaves both to the next one.
   */
  private async endLapsed(turn: LapsedTurn): Promise<void> {
    const {sql, stage, metrics, onMail} = this.deps;
    const {id, uuid, outcome} = turn;
    let isEnded = false;
    const tell = async (tx: Queryable) => {
      isEnded = await endLapsed(tx, id);
      if (!isEnded || outcome === 'answered') return undefined;
      const context = await turnContext(tx, uuid);
      if (!context) return undefined;
      await this.notifyOwner(tx, uuid);
      const body = escalationText('unfinished', context);
      return {role: 'maria' as const, clientId: `failed-${id}`, body};
    };
    const site = (await turnContext(sql, uuid)) && (await findSite(sql, turn.siteKey));
    // First, since it is no harm if it is repeated. No visitor waits for it in an ended session.
    if (site && outcome !== 'answered') await this.alert(site, outcome);
    const isGone = (await stage.sayWith(uuid, tell).catch(goneIfOver)) === 'gone';
    if (isGone) isEnded = await endLapsed(sql, id);
    if (isEnded) metrics.turnEnded(outcome);
    onMail();
  }
}

const goneIfOver = (error: unknown): 'gone' => {
  if (isOver(error)) return 'gone';
  throw error;
};
