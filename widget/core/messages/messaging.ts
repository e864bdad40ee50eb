import {html, nothing} from 'lit';

import {THREAD_KEY} from '../flow/answers.js';
import type {Chat} from '../chat.js';
import type {Language} from '../../i18n/languages.js';
import {whileBusy} from '../../ui/controls/while-busy.js';

/** What is written is kept, so that it needs the consent to that. */
const mayWrite = ({conditionValues, flow: {phase, step}, state}: Chat) =>
  phase !== 'arriving' &&
  !(step?.type === 'end' && step.outcome === 'refused') &&
  (state !== 'visit' || conditionValues['consents.personal_data'] === true);

/** At a step that is there for it, and wherever the visitor wrote before. */
export const openThread = async (chat: Chat, isWanted = false) => {
  const {flow, host, waitingText: saidEarly, signal, storage} = chat;
  if (!mayWrite(chat)) return;
  if (!isWanted && !saidEarly && flow.step?.type !== 'assistant' && !storage.get(THREAD_KEY))
    return;
  try {
    const {MessageThread, styles} = await import('../../ui/messages/messages.js');
    if (signal.aborted) return;
    chat.status.showMissing(false);
    host.adopt([styles]);
    chat.thread ??= new MessageThread(chat);
    if (chat.waitingText) chat.thread.type([chat.thread.draft, chat.waitingText].join('\n').trim());
    chat.waitingText = '';
    storage.set(THREAD_KEY, '1');
    host.requestUpdate();
    void chat.thread.open();
  } catch (error) {
    host.onLoadFailure(error);
    chat.status.showMissing(true);
  }
};

/** In the visitor's name; until they may write, or what that needs has come, it waits. */
export const sendMessage = async (chat: Chat, text: string) => {
  const isReady = mayWrite(chat);
  if (isReady) await openThread(chat, true);
  if (isReady && chat.thread) chat.thread.send(text);
  else chat.waitingText = text;
};

export const messageAreaView = (chat: Chat, language: Language) => {
  const {flow, thread} = chat;
  if (flow.phase !== 'step' || !mayWrite(chat)) return nothing;
  // Between two steps the field stays, and with it the focus and the keyboard of a phone.
  if (thread) return thread.view(language);
  if (!flow.step) return nothing;
  return html`<button
    part="button"
    class="link ask"
    @click=${(event: Event) => whileBusy(event, () => ask(chat))}
  >
    ${language.texts.askQuestion}
  </button>`;
};

const ask = async (chat: Chat) => {
  await openThread(chat, true);
  await chat.host.updateComplete;
  chat.host.renderRoot.querySelector('textarea')?.focus();
};

/** The way on from a step where the visitor may ask. */
export const assistantView = ({flow}: Chat, {texts}: Language) => html`
  <div class="pair">
    <button part="button" class="choice" @click=${() => flow.complete(flow.step!)}>
      ${texts.goOn}
    </button>
  </div>
`;
