import type {Chat} from '../chat.js';
import {THREAD_KEY} from '../flow/answers.js';
import {isSendable} from './message-length.js';
import type {MessageThread} from './message-thread.js';

/** Asked for if the site's conversation does not ask for the consent itself. */
const OWN_CONSENT = {id: 'consent_to_ask', type: 'consent', purpose: 'personal_data'} as const;

/** Decides whether the visitor may write, and opens the live part of the conversation. */
export type Messaging = ReturnType<typeof createMessaging>;

/** `loadThread` loads the code of the live part. It rejects if its file cannot be loaded. */
export const createMessaging = (chat: Chat, loadThread: () => Promise<() => MessageThread>) => {
  const {drafts, flow, outbox, state, status, storage} = chat;
  let thread: Readonly<MessageThread> | null = null;
  let pageSignal: AbortSignal | null = null;

  /** Messages are stored, which the visitor must have agreed to. */
  const mayWrite = () => {
    const isAllowed =
      state.sessionState !== 'visit' || chat.conditionValues['consents.personal_data'] === true;
    return state.phase !== 'starting' && !flow.isRefused && isAllowed;
  };

  const open = async () => {
    const {signal} = chat;
    if (!mayWrite()) return;
    try {
      const createThread = await loadThread();
      if (signal.aborted) return;
      status.showMissing(false);
      thread ??= createThread();
      storage.set(THREAD_KEY, '1');
      void thread.open(pageSignal);
    } catch (error) {
      chat.host.onLoadError(error);
      status.showMissing(true);
    }
  };

  const askConsent = async () => {
    const {graph, step} = flow;
    const isConsent = (one: typeof step) =>
      one?.type === 'consent' && one.purpose === 'personal_data';
    // Maria is typing, and this is called again at the next step.
    if ((!step && state.phase === 'step') || isConsent(step)) return;
    // The backend has to have a refusal before it is asked about again.
    if (step?.type === 'end' && chat.reference) await outbox.flush();
    await flow.goTo(graph.firstOf(isConsent) ?? OWN_CONSENT);
  };

  /** Sends the question that waits, or asks for the consent once the conversation can. */
  const sendWaiting = async () => {
    if (!state.isAsking || state.phase === 'starting') return;
    if (!mayWrite()) return askConsent();
    chat.setAsking(false);
    await open();
    const text = drafts.get('message');
    if (!thread?.attachments.isSettled || !text) return;
    drafts.set('message');
    thread.send(text, thread.attachments.takeFiles());
  };

  return {
    /** Null until the visitor may write and the live part is open. */
    get thread() {
      return thread;
    },
    /** Sends a waiting question. Otherwise opens the live part if the step or the visitor needs it. */
    async openIfNeeded() {
      // After a refusal, only the visitor sends it again.
      if (state.isAsking && !flow.isRefused) return sendWaiting();
      if (flow.step?.type === 'assistant' || storage.get(THREAD_KEY)) await open();
    },
    open,
    /** Sends a text of the page for the visitor. It waits in the field until the visitor may write. */
    async send(text: string) {
      const isReady = mayWrite() && isSendable(text);
      if (isReady) await open();
      if (isReady && thread) return thread.send(text);
      drafts.set('message', [drafts.get('message'), text].join('\n').trim());
      chat.setWriting(true);
    },
    /** Sends the text in the field. Asks for the consent to storing before. */
    async sendDraft() {
      if (!isSendable(drafts.get('message'))) return;
      chat.setAsking(true);
      await sendWaiting();
    },
    sendWaiting,
    /** Receives events until the signal aborts. */
    connect(signal: AbortSignal) {
      pageSignal = signal;
      thread?.listen(signal);
    },
    reset() {
      thread = null;
    },
  };
};
