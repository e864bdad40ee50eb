import type {ConsentDecision, Session} from '../../../server/contract/sessions.js';

import type {VisitorAnswers} from './answers.js';
import type {ApiClient} from '../transport/api-client.js';
import type {ClientError} from '../transport/api-client.js';
import {MariaConsentEvent} from '../../events.js';
import {Retrier} from '../transport/retry.js';
import type {VisitorSession} from '../session/session.js';

export interface OutboxWatcher {
  dispatch(event: Event): boolean;
  onDelivered(): void;
  onWait(error: ClientError): void;
  onFailure(error: unknown): void;
  /** The backend, asked late, knows this session already. */
  onReturn(session: Session): void;
}

/**
 * What the backend has yet to be told: that the UUID is in use, the decisions, the step reached.
 * The conversation never waits for it; an upload and the e-mail step do.
 */
export class Outbox {
  private step: string | null = null;
  private flushing: Promise<void> | null = null;
  private isTrying = false;
  private leaving = new AbortController();
  private readonly retrier: Retrier;

  constructor(
    private readonly client: ApiClient,
    private readonly session: VisitorSession,
    private readonly answers: VisitorAnswers,
    private readonly watcher: OutboxWatcher,
  ) {
    this.retrier = new Retrier((error) => watcher.onWait(error));
  }

  reportStep(step: string) {
    this.step = step;
    this.flushLater();
  }

  /** Delivers in the background, for as long as it takes. */
  flushLater() {
    if (this.isTrying) return;
    this.isTrying = true;
    void this.deliverAll(this.leaving.signal);
  }

  retryNow() {
    this.retrier.retryNow();
  }

  stop() {
    this.leaving.abort();
    this.leaving = new AbortController();
    this.isTrying = false;
    this.step = null;
  }

  /** Delivers now, or throws. One delivery after the other, so that nothing is sent twice. */
  async flush(): Promise<void> {
    while (this.flushing) await this.flushing.catch(() => undefined);
    this.flushing = this.deliver().finally(() => {
      this.flushing = null;
    });
    return this.flushing;
  }

  private async deliverAll(signal: AbortSignal) {
    try {
      do await this.retrier.run(() => this.flush(), signal);
      while ((this.step !== null || this.answers.unrecorded.length > 0) && !signal.aborted);
    } catch (error) {
      if (!signal.aborted) this.watcher.onFailure(error);
    } finally {
      if (!signal.aborted) this.isTrying = false;
    }
  }

  private async deliver() {
    // After a goodbye nothing is to be begun.
    if (!this.session.uuid && !this.step && this.answers.unrecorded.length === 0) return;
    const arrival = await this.session.confirm();
    if (arrival.kind === 'back') this.watcher.onReturn(arrival.session);
    await this.record(this.answers.unrecorded);
    await this.sendStep();
    this.watcher.onDelivered();
  }

  /** Now or not at all. */
  async record(consents: ConsentDecision[]) {
    if (consents.length === 0) return;
    await this.session.call(() => this.client.call('PUT', '/api/session/consents', {consents}));
    this.answers.markRecorded(consents);
    for (const {purpose, granted} of consents) {
      this.watcher.dispatch(new MariaConsentEvent(purpose, granted));
    }
  }

  private async sendStep() {
    const step = this.step;
    if (!step) return;
    await this.session.call(() => this.client.call('POST', '/api/session/progress', {step}));
    if (this.step === step) this.step = null;
  }
}
