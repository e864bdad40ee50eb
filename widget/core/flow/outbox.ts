import type {ConsentDecision, Session} from '../../../server/contract/sessions.js';

import {MariaConsentEvent} from '../../events.js';
import type {VisitorSession} from '../session/session.js';
import type {ClientError} from '../transport/api-client.js';
import type {Retrier} from '../transport/retry.js';
import {unlessAborted} from '../transport/unless-aborted.js';
import type {VisitorAnswers} from './answers.js';

/** The parts of a conversation that the outbox needs. */
export interface OutboxDeps {
  readonly session: Readonly<VisitorSession>;
  readonly answers: Readonly<VisitorAnswers>;
  readonly retrier: Retrier;
  readonly host: {emit(event: Event): unknown};
  readonly lifecycle: {onSession(session: Session): unknown; forgetRefusal(): void};
  /** Aborted when the present conversation ends. */
  readonly signal: AbortSignal;
  fail(error: unknown): void;
}

/**
 * Sends what the backend does not have yet: that the UUID is in use, the decisions, the steps. The
 * conversation never waits for it; uploads and the e-mail step do.
 */
export type Outbox = ReturnType<typeof createOutbox>;

export const createOutbox = (chat: OutboxDeps) => {
  /** Ids of the steps that were reached, in their order. The backend counts each of them. */
  const steps = new Set<string>();
  let flushing = Promise.resolve();
  let isTrying = false;

  const hasMore = () => steps.size + chat.answers.unrecorded.length > 0;

  /** Sends decisions once, or throws. */
  const record = async (consents: ConsentDecision[]) => {
    const {answers, host, session} = chat;
    if (consents.length === 0) return;
    await session.call('PUT', '/api/session/consents', {consents});
    answers.markRecorded(consents);
    for (const {purpose, granted} of consents) host.emit(new MariaConsentEvent(purpose, granted));
  };

  const sendStep = async (step: string) => {
    try {
      await chat.session.call('POST', '/api/session/progress', {step});
    } catch (error) {
      // The site's owner may have removed the step during the visit.
      if ((error as ClientError).code !== 'invalid_request') throw error;
    }
    steps.delete(step);
  };

  const deliver = async () => {
    const {answers, lifecycle, session, signal} = chat;
    // Without a session and without anything to send, no session is created.
    if (!session.uuid && !hasMore()) return;
    const opened = await unlessAborted(signal, session.ensureAccepted());
    // The backend, which could not be reached before, already has this session.
    if (opened.kind === 'back') void lifecycle.onSession(opened.session);
    await record(answers.unrecorded);
    for (const step of steps) await sendStep(step);
    lifecycle.forgetRefusal();
  };

  /** Delivers once, or throws. Deliveries run one after the other, so that nothing is sent twice. */
  const flush = () => unlessAborted(chat.signal, (flushing = flushing.then(deliver, deliver)));

  const deliverAll = async (signal: AbortSignal) => {
    try {
      do await chat.retrier.run(flush, signal);
      while (hasMore());
    } catch (error) {
      if (!signal.aborted) chat.fail(error);
    } finally {
      if (!signal.aborted) isTrying = false;
    }
  };

  /** Delivers in the background, and tries again until it succeeds. */
  const flushLater = () => {
    if (isTrying) return;
    isTrying = true;
    void deliverAll(chat.signal);
  };

  return {
    reportStep(reached: string) {
      steps.add(reached);
      flushLater();
    },
    flushLater,
    stop() {
      isTrying = false;
      flushing = Promise.resolve();
      steps.clear();
    },
    flush,
    record,
  };
};
