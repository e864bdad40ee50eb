import {html, nothing} from 'lit';

import {TALK_KEY} from '../flow/answers.js';
import type {Chat} from '../chat.js';
import type {Language} from '../../i18n/languages.js';
import {whileBusy} from '../../ui/controls/while-busy.js';

/** What is written is kept, so that it needs the consent to that. */
const mayTalk = ({facts, guide: {stage, step}, state}: Chat) =>
  stage !== 'arriving' &&
  !(step?.type === 'end' && step.outcome === 'refused') &&
  (state !== 'visit' || facts['consents.personal_data'] === true);

/** At a step that is there for it, and wherever the visitor wrote before. */
export const joinTalk = async (chat: Chat, isWanted = false) => {
  const {guide, host, saidEarly, signal, storage} = chat;
  if (!mayTalk(chat)) return;
  if (!isWanted && !saidEarly && guide.step?.type !== 'assistant' && !storage.get(TALK_KEY)) return;
  try {
    const {Talk, styles} = await import('../../ui/messages/messages.js');
    if (signal.aborted) return;
    chat.signs.miss(false);
    host.adopt([styles]);
    chat.talk ??= new Talk(chat);
    if (chat.saidEarly) chat.talk.type([chat.talk.draft, chat.saidEarly].join('\n').trim());
    chat.saidEarly = '';
    storage.set(TALK_KEY, '1');
    host.requestUpdate();
    void chat.talk.open();
  } catch (error) {
    host.onLoadFailure(error);
    chat.signs.miss(true);
  }
};

/** In the visitor's name; until they may write, or what that needs has come, it waits. */
export const sendMessage = async (chat: Chat, text: string) => {
  const isReady = mayTalk(chat);
  if (isReady) await joinTalk(chat, true);
  if (isReady && chat.talk) chat.talk.say(text);
  else chat.saidEarly = text;
};

export const talkView = (chat: Chat, language: Language) => {
  const {guide, talk} = chat;
  if (guide.stage !== 'step' || !mayTalk(chat)) return nothing;
  // Between two steps the field stays, and with it the focus and the keyboard of a phone.
  if (talk) return talk.view(language);
  if (!guide.step) return nothing;
  return html`<button
    part="button"
    class="link ask"
    @click=${(event: Event) => whileBusy(event, () => ask(chat))}
  >
    ${language.texts.askQuestion}
  </button>`;
};

const ask = async (chat: Chat) => {
  await joinTalk(chat, true);
  await chat.host.updateComplete;
  chat.host.renderRoot.querySelector('textarea')?.focus();
};

/** The way on from a step where the visitor may ask. */
export const assistantView = ({guide}: Chat, {texts}: Language) => html`
  <div class="pair">
    <button part="button" class="choice" @click=${() => guide.finish(guide.step!)}>
      ${texts.goOn}
    </button>
  </div>
`;
