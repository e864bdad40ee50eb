import type {ConsentDecision, Session} from '../../../server/contract/sessions.js';

import {MariaConsentEvent} from '../../events.js';
import type {VisitorSession} from '../session/session.js';
import type {ClientError} from '../transport/api-client.js';
import {Retrier} from '../transport/retry.js';
import type {VisitorAnswers} from './answers.js';

export interface OutboxListener {
  emit(event: Event): void;
  onDelivered(): void;
  onRetry(error: ClientError): void;
  onFailure(error: unknown): void;
  /** The backend, which could not be reached before, already has this session. */
  onReturn(session: Session): void;
}

/**
 * Sends what the backend does not have yet: that the UUID is in use, the decisions, the step. The
 * conversation never waits for it; uploads and the e-mail step do.
 */
export class Outbox {
  private step: string | null = null;
  private flushing: Promise<void> | null = null;
  private isTrying = false;
  private running = new AbortController();
  private readonly retrier: Retrier;

  constructor(
    private readonly session: VisitorSession,
    private readonly answers: VisitorAnswers,
    private readonly listener: OutboxListener,
  ) {
    this.retrier = new Retrier((error) => listener.onRetry(error));
  }

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

  retryNow() {
    this.retrier.retryNow();
  }

  stop() {
    this.running.abort();
    this.running = new AbortController();
    this.isTrying = false;
    this.step = null;
  }

  /** Delivers once, or throws. Deliveries run one after the other, so that nothing is sent twice. */
  async flush(): Promise<void> {
    while (this.flushing) await this.flushing.catch(() => undefined);
    this.flushing = this.deliver().finally(() => {
      this.flushing = null;
    });
    return this.flushing;
  }

  /** Sends decisions once, or throws. */
  async record(consents: ConsentDecision[]) {
    if (consents.length === 0) return;
    await this.session.call('PUT', '/api/session/consents', {consents});
    this.answers.markRecorded(consents);
    for (const {purpose, granted} of consents) {
      this.listener.emit(new MariaConsentEvent(purpose, granted));
    }
  }

  private async deliverAll(signal: AbortSignal) {
    try {
      do await this.retrier.run(() => this.flush(), signal);
      while ((this.step !== null || this.answers.unrecorded.length > 0) && !signal.aborted);
    } catch (error) {
      if (!signal.aborted) this.listener.onFailure(error);
    } finally {
      if (!signal.aborted) this.isTrying = false;
    }
  }

  private async deliver() {
    // Without a session and without anything to send, no session is created.
    if (!this.session.uuid && !this.step && this.answers.unrecorded.length === 0) return;
    const opened = await this.session.confirm();
    if (opened.kind === 'back') this.listener.onReturn(opened.session);
    await this.record(this.answers.unrecorded);
    await this.sendStep();
    this.listener.onDelivered();
  }

  private async sendStep() {
    const {step} = this;
    if (!step) return;
    await this.session.call('POST', '/api/session/progress', {step});
    if (this.step === step) this.step = null;
  }
}
