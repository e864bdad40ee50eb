import type {Session} from '../../../server/contract/sessions.js';

import type {Chat} from '../chat.js';
import {Retrier} from '../transport/retry.js';

/** A response that is not older needs no refresh. */
const FRESH_MS = 30_000;

/**
 * Refreshes the session after another tab, the back button or a long sleep may have changed it. What
 * the visitor has typed stays.
 */
export class SessionSync {
  private isRunning = false;
  private isScheduled = false;
  private readonly retrier: Retrier;

  constructor(
    private readonly chat: Chat,
    private readonly signal: AbortSignal,
  ) {
    this.retrier = new Retrier((error) => {
      chat.status.showRetrying(error);
      if (this.isStaleVisit) throw error;
    });
  }

  /** Clocks may jump, so differences in both directions count. */
  get isDue() {
    const {answers, client} = this.chat;
    const ageMs = Math.abs(Date.now() - client.lastResponseAt);
    return this.isScheduled || answers.isStale || ageMs > FRESH_MS;
  }

  /** Has the session refreshed when the visitor opens the panel. */
  schedule() {
    this.isScheduled = true;
  }

  retryNow() {
    this.retrier.retryNow();
  }

  async refresh() {
    this.isScheduled = true;
    if (this.isRunning || this.chat.state.phase === 'starting') return;
    this.isRunning = true;
    while (this.isScheduled && !this.signal.aborted) {
      this.isScheduled = false;
      await this.refreshOnce();
    }
    this.isRunning = false;
  }

  private get isStaleVisit() {
    const {answers, state} = this.chat;
    return state.sessionState === 'visit' && answers.isStale;
  }

  private async refreshOnce() {
    const {chat, signal} = this;
    const {answers, flow, lifecycle, session} = chat;
    // After an end there is no session, unless another tab has begun one.
    if (session.isStale || !session.uuid) return lifecycle.followOtherTab();
    const flowSignal = flow.signal;
    const before = chat.uploads?.storedIds ?? new Set<string>();
    answers.reload();
    try {
      const call = () => session.call<Session>('GET', '/api/session');
      const found = await this.retrier.run(call, signal);
      if (!flowSignal.aborted && !chat.state.isSubmitting) await this.apply(found, before);
    } catch (error) {
      if (signal.aborted || flowSignal.aborted) return;
      if (this.isStaleVisit) void lifecycle.restartAfter({kind: 'gone'});
      else chat.fail(error);
    }
  }

  private async apply(session: Session, before: Set<string>) {
    const {answers, client, flow, host, lifecycle, uploads} = this.chat;
    answers.adopt(session, client.clockOffsetMs);
    await uploads?.merge(session.files, before);
    if (session.state !== 'visit') await lifecycle.onSession(session);
    else if (flow.step && answers.isDone(flow.step.id)) await lifecycle.catchUp();
    host.onChange();
  }
}
