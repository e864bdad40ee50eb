import type {Chat} from './chat.js';
import {MariaResetEvent} from '../events.js';
import {endingOf, isEnd} from './session/session.js';
import type {Ended, RealEnd} from './session/session.js';

const MOST_RESETS = 2;
const RESETS_WITHIN_MS = 60_000;

/** How a conversation ends before its end, and what begins after it. */
export class Lifecycle {
  private resetTimes: number[] = [];

  constructor(private readonly chat: Chat) {}

  /** Discards an unfinished visit; what has been handed in is only forgotten on this device. */
  async startOver(reason: 'visitor' | 'page' = 'visitor', isToContinue = true) {
    const {chat} = this;
    const {answers, flow, host, session, status} = chat;
    // What stands in the storage after an end is another tab's, and no more this visitor's to wipe.
    if (reason === 'visitor' && !chat.reference) {
      chat.reset();
      return chat.start();
    }
    // Of a session that this page has not opened nobody knows whether it is unfinished.
    const isUnfinished = chat.state === 'visit' && chat.reference !== '';
    if (!chat.reference) session.load();
    chat.reset();
    flow.setPhase('arriving');
    if (isUnfinished) await this.discard();
    answers.wipe();
    session.forget();
    chat.visitorName = null;
    status.showNotice(null);
    host.dispatchEvent(new MariaResetEvent(reason));
    if (isToContinue) await chat.start();
  }

  /** The session is at its end, or another tab has replaced it. */
  async restartAfter(ended: Ended) {
    const {chat} = this;
    chat.reset();
    if (isEnd(ended)) {
      chat.session.forget();
      if (!this.announceEnd(ended)) return;
    }
    await chat.start();
  }

  async tryAgain() {
    const {chat} = this;
    const {waitingText: saidEarly} = chat;
    chat.reset();
    // The same visitor goes on.
    chat.waitingText = saidEarly;
    this.resetTimes = [];
    chat.status.showNotice(null);
    await chat.start();
  }

  /** False when it happens too often, and the conversation stops. */
  announceEnd(ended: RealEnd) {
    const {answers, host, status} = this.chat;
    answers.wipe();
    if (this.isTooOften()) {
      this.stopWithRetry();
      return false;
    }
    status.showNotice({key: ended.kind, kind: ended.kind === 'reset' ? 'error' : 'info'});
    host.dispatchEvent(new MariaResetEvent(ended.kind));
    return true;
  }

  /** The conversation stops here, until the visitor asks for another attempt. */
  stopWithRetry(key: 'error' | 'notLoaded' = 'error') {
    this.chat.transcript.showTyping(false);
    this.chat.status.showNotice({key, kind: 'error', isRetryable: true});
  }

  /** What the visitor refused to have kept is forgotten here once the backend knows of it. */
  forgetRefusal() {
    const {answers, flow, host, session} = this.chat;
    const {step} = flow;
    if (step?.type !== 'end' || step.outcome !== 'refused') return;
    // What was under way when the visitor refused has carried no word of the refusal.
    if (answers.unrecorded.length > 0) return;
    answers.wipe();
    this.chat.waitingText = '';
    session.forget();
    host.dispatchEvent(new MariaResetEvent('refused'));
  }

  /** Whatever ends one session after the other would end the next one, too. */
  private isTooOften() {
    const now = Date.now();
    this.resetTimes = this.resetTimes.filter((time) => now - time < RESETS_WITHIN_MS);
    return this.resetTimes.push(now) > MOST_RESETS;
  }

  private async discard() {
    const {client, session, status} = this.chat;
    try {
      await session.call(() => client.call('DELETE', '/api/session'));
    } catch (error) {
      // The visit ends by its idle limit all the same; the visitor need not wait for it.
      if (!endingOf(error)) status.emitError(error);
    }
  }
}
