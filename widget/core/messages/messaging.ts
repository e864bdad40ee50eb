import type {Chat} from '../chat.js';
import {THREAD_KEY} from '../flow/answers.js';
import {isSendable} from './message-length.js';
import type {MessageThread} from './message-thread.js';

/** Asked for if the site's conversation does not ask for the consent itself. */
const OWN_CONSENT = {id: 'consent_to_ask', type: 'consent', purpose: 'personal_data'} as const;

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
    const {conditionValues, flow, state} = this.chat;
    const {phase, sessionState} = state;
    const isAllowed =
      sessionState !== 'visit' || conditionValues['consents.personal_data'] === true;
    return phase !== 'starting' && !flow.isRefused && isAllowed;
  }

  /** Sends a waiting question. Otherwise opens the live part if the step or the visitor needs it. */
  async openIfNeeded() {
    const {flow, state, storage} = this.chat;
    // After a refusal, only the visitor sends it again.
    if (state.isAsking && !flow.isRefused) return this.sendWaiting();
    if (flow.step?.type === 'assistant' || storage.get(THREAD_KEY)) await this.open();
  }

  async open() {
    const {chat} = this;
    const {signal, status, storage} = chat;
    if (!this.mayWrite) return;
    try {
      const createThread = await this.loadThread();
      if (signal.aborted) return;
      status.showMissing(false);
      this.thread ??= createThread();
      storage.set(THREAD_KEY, '1');
      void this.thread.open(this.pageSignal);
    } catch (error) {
      chat.host.onLoadError(error);
      status.showMissing(true);
    }
  }

  /** Sends a text of the page for the visitor. It waits in the field until the visitor may write. */
  async send(text: string) {
    const {chat} = this;
    const isReady = this.mayWrite && isSendable(text);
    if (isReady) await this.open();
    if (isReady && this.thread) return this.thread.send(text);
    chat.drafts.set('message', [chat.drafts.get('message'), text].join('\n').trim());
    chat.setWriting(true);
  }

  /** Sends the text in the field. Asks for the consent to storing before. */
  async sendDraft() {
    if (!isSendable(this.chat.drafts.get('message'))) return;
    this.chat.setAsking(true);
    await this.sendWaiting();
  }

  /** Sends the question that waits, or asks for the consent once the conversation can. */
  async sendWaiting() {
    const {chat} = this;
    const {drafts, state} = chat;
    if (!state.isAsking || state.phase === 'starting') return;
    if (!this.mayWrite) return this.askConsent();
    chat.setAsking(false);
    await this.open();
    const {thread} = this;
    const text = drafts.get('message');
    if (!thread?.attachments.isSettled || !text) return;
    drafts.set('message');
    thread.send(text, thread.attachments.takeFiles());
  }

  /** Receives events until the signal aborts. */
  connect(pageSignal: AbortSignal) {
    this.pageSignal = pageSignal;
    this.thread?.listen(pageSignal);
  }

  reset() {
    this.thread = null;
  }

  private async askConsent() {
    const {flow, outbox, reference, state} = this.chat;
    const {graph, step} = flow;
    const isConsent = (one: typeof step) =>
      one?.type === 'consent' && one.purpose === 'personal_data';
    // Maria is typing, and this is called again at the next step.
    if ((!step && state.phase === 'step') || isConsent(step)) return;
    // The backend has to have a refusal before it is asked about again.
    if (step?.type === 'end' && reference) await outbox.flush();
    await flow.goTo(graph.firstOf(isConsent) ?? OWN_CONSENT);
  }
}
