import type {Session} from '../../../server/contract/sessions.js';

import type {Chat} from '../chat.js';
import {Retrier} from '../transport/retry.js';
import {mergeFiles, storedIds} from '../uploads/shared-files.js';

/** What was heard of the backend so lately needs no second look. */
const FRESH_MS = 30_000;

/**
 * Another tab, the back button or a day's sleep may lie between what is shown and what is so. The
 * backend's word is taken over; nothing that the visitor has typed is lost to it.
 */
export class SessionSync {
  private isRunning = false;
  private isWanted = false;
  private readonly retrier: Retrier;

  constructor(
    private readonly chat: Chat,
    private readonly signal: AbortSignal,
  ) {
    this.retrier = new Retrier((error) => {
      chat.status.showRetrying(error);
      if (chat.state === 'visit' && chat.answers.isStale) throw error;
    });
  }

  /** Clocks jump: a difference in either direction is one. */
  get isDue() {
    const {answers, client} = this.chat;
    return (
      this.isWanted || answers.isStale || Math.abs(Date.now() - client.lastAnswerAt) > FRESH_MS
    );
  }

  /** Somebody will be there to see it later. */
  schedule() {
    this.isWanted = true;
  }

  retryNow() {
    this.retrier.retryNow();
  }

  async refresh() {
    const {chat} = this;
    this.isWanted = true;
    if (this.isRunning || chat.flow.phase === 'arriving') return;
    this.isRunning = true;
    while (this.isWanted && !this.signal.aborted) {
      this.isWanted = false;
      await this.refreshOnce();
    }
    this.isRunning = false;
  }

  private async refreshOnce() {
    const {chat, signal} = this;
    const {answers, client, lifecycle, flow, session} = chat;
    // An ended visit has left no session to ask for, unless another tab has begun one.
    if (session.isStale || !session.uuid) return chat.followOtherTab();
    const {round} = flow;
    const before = storedIds(chat.uploads);
    answers.reload();
    try {
      const ask = () => session.call(() => client.call<Session>('GET', '/api/session'));
      const found = await this.retrier.run(ask, signal);
      if (round === flow.round && !chat.isSubmitting) await takeOver(chat, found, before);
    } catch (error) {
      if (signal.aborted || round !== flow.round) return;
      if (chat.state === 'visit' && answers.isStale) void lifecycle.restartAfter({kind: 'gone'});
      else chat.fail(error);
    }
  }
}

const takeOver = async (chat: Chat, session: Session, before: Set<string>) => {
  const {answers, client, verification, flow, uploads} = chat;
  answers.adopt(session, client.clockOffsetMs);
  if (uploads) await mergeFiles(uploads, session.files, before);
  if (session.state !== 'visit') {
    if (verification)
      verification.emailMasked = session.pending_email_masked ?? session.email_masked ?? '';
    await chat.onSession(session);
  } else if (flow.step && answers.isDone(flow.step.id)) {
    await chat.catchUp();
  }
  chat.host.requestUpdate();
};
