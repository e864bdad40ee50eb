import type {Chat} from '../chat.js';
import {THREAD_KEY} from '../flow/answers.js';
import {isSendable} from './message-length.js';
import type {MessageThread} from './message-thread.js';

/** The code of the live part, which has a file of its own. */
interface LiveParts {
  askConsent(chat: Chat): Promise<void>;
  createThread(): MessageThread;
}

/** Decides whether the visitor may write, and opens the live part of the conversation. */
export type Messaging = ReturnType<typeof createMessaging>;

/** `loadParts` rejects if the file cannot be loaded. */
export const createMessaging = (chat: Chat, loadParts: () => Promise<LiveParts>) => {
  const {drafts, flow, state, status, storage} = chat;
  let thread: Readonly<MessageThread> | null = null;
  let pageSignal: AbortSignal | null = null;

  /** Messages are stored, which the visitor must have agreed to. */
  const mayWrite = () => {
    const isAllowed =
      state.sessionState !== 'visit' || chat.conditionValues['consents.personal_data'] === true;
    return state.phase !== 'starting' && !flow.isRefused && isAllowed;
  };

  /** Returns null if the code cannot be loaded, or is no longer needed. */
  const load = async () => {
    const {signal} = chat;
    try {
      const parts = await loadParts();
      if (signal.aborted) return null;
      status.showMissing(false);
      return parts;
    } catch (error) {
      chat.host.onLoadError(error);
      status.showMissing(true);
      return null;
    }
  };

  const open = async () => {
    const parts = mayWrite() && (await load());
    if (!parts) return;
    thread ??= parts.createThread();
    storage.set(THREAD_KEY, '1');
    void thread.open(pageSignal);
  };

  /** Sends the question that waits, or asks for the consent once the conversation can. */
  const sendWaiting = async () => {
    if (!state.isAsking || state.phase === 'starting') return;
    if (!mayWrite()) return (await load())?.askConsent(chat);
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
