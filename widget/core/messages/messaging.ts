import type {Chat} from '../chat.js';
import {THREAD_KEY} from '../flow/answers.js';
import type {MessageThread} from './message-thread.js';

/** Decides whether the visitor may write, and opens the live part of the conversation. */
export class Messaging {
  /** Null until the visitor may write and the live part is open. */
  thread: Readonly<MessageThread> | null = null;
  private pageSignal: AbortSignal | null = null;

  constructor(
    private readonly chat: Chat,
    /** Loads the code of the live part. Rejects if its file cannot be loaded. */
    private readonly loadThread: () => Promise<() => MessageThread>,
  ) {}

  /** Messages are stored, which the visitor must have agreed to. */
  get mayWrite() {
    const {conditionValues, state} = this.chat;
    const {phase, sessionState, step} = state;
    const isRefused = step?.type === 'end' && step.outcome === 'refused';
    const isAllowed =
      sessionState !== 'visit' || conditionValues['consents.personal_data'] === true;
    return phase !== 'starting' && !isRefused && isAllowed;
  }

  /** Opens the live part if the step asks for it, the visitor has used it before, or text waits. */
  async openIfNeeded() {
    const {flow, state, storage} = this.chat;
    const isNeeded =
      state.waitingText || flow.step?.type === 'assistant' || storage.get(THREAD_KEY);
    if (isNeeded) await this.open();
  }

  async open() {
    const {chat} = this;
    const {signal, status, storage} = chat;
    if (!this.mayWrite) return;
    try {
      const createThread = await this.loadThread();
      if (signal.aborted) return;
      status.showMissing(false);
      const thread = (this.thread ??= createThread());
      const {waitingText} = chat.state;
      if (waitingText) thread.setDraft([thread.draft, waitingText].join('\n').trim());
      chat.setWaitingText('');
      storage.set(THREAD_KEY, '1');
      void thread.open(this.pageSignal);
    } catch (error) {
      chat.host.onLoadError(error);
      status.showMissing(true);
    }
  }

  /** Sends a text for the visitor. It waits until the visitor may write and the code is loaded. */
  async send(text: string) {
    const isReady = this.mayWrite;
    if (isReady) await this.open();
    if (isReady && this.thread) this.thread.send(text);
    else this.chat.setWaitingText(text);
  }

  /** Receives events until the signal aborts. */
  connect(pageSignal: AbortSignal) {
    this.pageSignal = pageSignal;
    this.thread?.listen(pageSignal);
  }

  reset() {
    this.thread = null;
  }
}
