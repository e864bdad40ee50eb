import type {ConsentDecision, Session} from '../../../server/contract/sessions.js';

import {MariaConsentEvent} from '../../events.js';
import type {VisitorSession} from '../session/session.js';
import type {Retrier} from '../transport/retry.js';
import type {VisitorAnswers} from './answers.js';

/** The parts of a conversation that the outbox needs. */
export interface OutboxDeps {
  readonly session: Readonly<VisitorSession>;
  readonly answers: Readonly<VisitorAnswers>;
  readonly retrier: Retrier;
  readonly host: {emit(event: Event): unknown};
  readonly lifecycle: {onSession(session: Session): unknown; forgetRefusal(): void};
  fail(error: unknown): void;
}

/**
 * Sends what the backend does not have yet: that the UUID is in use, the decisions, the step. The
 * conversation never waits for it; uploads and the e-mail step do.
 */
export class Outbox {
  private step: string | null = null;
  private flushing = Promise.resolve();
  private isTrying = false;
  private running = new AbortController();

  constructor(private readonly chat: OutboxDeps) {}

  reportStep(step: string) {
    this.step = step;
    this.flushLater();
  }

  /** Delivers in the background, and tries again until it succeeds. */
  flushLater() {
    if (this.isTrying) return;
    this.isTrying = true;
    void this.deliverAll(this.running.signal);
  }

  stop() {
    this.running.abort();
    this.running = new AbortController();
    this.isTrying = false;
    this.step = null;
  }

  /** Delivers once, or throws. Deliveries run one after the other, so that nothing is sent twice. */
  flush() {
    const deliver = () => this.deliver();
    this.flushing = this.flushing.then(deliver, deliver);
    return this.flushing;
  }

  /** Sends decisions once, or throws. */
  async record(consents: ConsentDecision[]) {
    const {answers, host, session} = this.chat;
    if (consents.length === 0) return;
    await session.call('PUT', '/api/session/consents', {consents});
    answers.markRecorded(consents);
    for (const {purpose, granted} of consents) host.emit(new MariaConsentEvent(purpose, granted));
  }

  private get hasMore() {
    return Boolean(this.step) || this.chat.answers.unrecorded.length > 0;
  }

  private async deliverAll(signal: AbortSignal) {
    try {
      do await this.chat.retrier.run(() => this.flush(), signal);
      while (this.hasMore && !signal.aborted);
    } catch (error) {
      if (!signal.aborted) this.chat.fail(error);
    } finally {
      if (!signal.aborted) this.isTrying = false;
    }
  }

  private async deliver() {
    const {answers, lifecycle, session} = this.chat;
    // Without a session and without anything to send, no session is created.
    if (!session.uuid && !this.hasMore) return;
    const opened = await session.ensureAccepted();
    // The backend, which could not be reached before, already has this session.
    if (opened.kind === 'back') void lifecycle.onSession(opened.session);
    await this.record(answers.unrecorded);
    await this.sendStep();
    lifecycle.forgetRefusal();
  }

  private async sendStep() {
    const {step} = this;
    if (!step) return;
    await this.chat.session.call('POST', '/api/session/progress', {step});
    if (this.step === step) this.step = null;
  }
}
