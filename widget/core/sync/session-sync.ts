import type {Session} from '../../../server/contract/sessions.js';

import type {Chat} from '../chat.js';
import {Patience} from '../transport/retry.js';
import {mergeFiles, storedIds} from '../uploads/shared-files.js';

/** What was heard of the backend so lately needs no second look. */
const FRESH_MS = 30_000;

/**
 * Another tab, the back button or a day's sleep may lie between what is shown and what is so. The
 * backend's word is taken over; nothing that the visitor has typed is lost to it.
 */
export class Looking {
  private isRunning = false;
  private isWanted = false;
  private readonly patience: Patience;

  constructor(
    private readonly chat: Chat,
    private readonly signal: AbortSignal,
  ) {
    this.patience = new Patience((error) => {
      chat.signs.wait(error);
      if (chat.state === 'visit' && chat.answers.isStale) throw error;
    });
  }

  /** Clocks jump: a difference in either direction is one. */
  get isDue() {
    const {answers, client} = this.chat;
    return this.isWanted || answers.isStale || Math.abs(Date.now() - client.heardAt) > FRESH_MS;
  }

  /** Somebody will be there to see it later. */
  want() {
    this.isWanted = true;
  }

  hurry() {
    this.patience.hurry();
  }

  async look() {
    const {chat} = this;
    this.isWanted = true;
    if (this.isRunning || chat.guide.stage === 'arriving') return;
    this.isRunning = true;
    while (this.isWanted && !this.signal.aborted) {
      this.isWanted = false;
      await this.lookOnce();
    }
    this.isRunning = false;
  }

  private async lookOnce() {
    const {chat, signal} = this;
    const {answers, client, endings, guide, session} = chat;
    // An ended visit has left no session to ask for, unless another tab has begun one.
    if (session.isStale || !session.uuid) return chat.followOtherTab();
    const {round} = guide;
    const before = storedIds(chat.uploads);
    answers.reload();
    try {
      const ask = () => session.act(() => client.call<Session>('GET', '/api/session'));
      const found = await this.patience.insist(ask, signal);
      if (round === guide.round && !chat.isSending) await takeOver(chat, found, before);
    } catch (error) {
      if (signal.aborted || round !== guide.round) return;
      if (chat.state === 'visit' && answers.isStale) void endings.startAfter({kind: 'gone'});
      else chat.fail(error);
    }
  }
}

const takeOver = async (chat: Chat, session: Session, before: Set<string>) => {
  const {answers, client, confirmation, guide, uploads} = chat;
  answers.adopt(session, client.clockAheadMs);
  if (uploads) await mergeFiles(uploads, session.files, before);
  if (session.state !== 'visit') {
    if (confirmation)
      confirmation.emailMasked = session.pending_email_masked ?? session.email_masked ?? '';
    await chat.onSession(session);
  } else if (guide.step && answers.isDone(guide.step.id)) {
    await chat.catchUp();
  }
  chat.host.requestUpdate();
};
