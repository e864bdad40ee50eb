import {html, nothing} from 'lit';

import {TALK_KEY} from './answers.js';
import type {Chat} from './chat.js';
import type {Language} from './texts.js';

/** Where there is nothing else to answer, the field to write in stands there by itself. */
const OPEN_STEPS = ['assistant', 'verify_email', 'end'];

/** What is written is kept, so that it needs the consent to that. */
const mayTalk = ({facts, guide, state}: Chat) => {
  const {stage, step} = guide;
  if (stage !== 'step' || !step) return false;
  if (step.type === 'end' && step.outcome === 'refused') return false;
  return state !== 'visit' || facts['consents.personal_data'] === true;
};

/** At a step where the visitor writes anyway, or did before. */
export const joinTalk = async (chat: Chat) => {
  const isAsked = OPEN_STEPS.includes(chat.guide.step?.type ?? '');
  if (mayTalk(chat) && (isAsked || chat.saidEarly || chat.storage.get(TALK_KEY))) await begin(chat);
};

/** In the visitor's name; until they may write, it waits in the field. */
export const sendMessage = async (chat: Chat, text: string) => {
  chat.saidEarly = text;
  if (!mayTalk(chat)) return;
  await begin(chat);
  chat.talk?.send();
};

const begin = async (chat: Chat) => {
  const {host, signal} = chat;
  try {
    const {Talk, styles} = await import('./live/live.js');
    if (signal.aborted) return;
    host.adopt([styles]);
    chat.talk ??= new Talk(chat);
    if (chat.saidEarly) chat.talk.type(chat.saidEarly);
    chat.saidEarly = '';
    chat.storage.set(TALK_KEY, '1');
    host.requestUpdate();
    await chat.talk.open();
  } catch (error) {
    host.onLoadFailure(error);
  }
};

export const talkView = (chat: Chat, language: Language) => {
  if (!mayTalk(chat)) return nothing;
  if (chat.talk) return chat.talk.view(language);
  const ask = async (event: Event) => {
    const root = (event.target as Element).getRootNode() as ShadowRoot;
    await begin(chat);
    await chat.host.updateComplete;
    root.querySelector('textarea')?.focus();
  };
  return html`<button part="button" class="link ask" @click=${ask}>
    ${language.texts.askQuestion}
  </button>`;
};

/** The way on from a step where the visitor may ask. */
export const assistantView = ({guide}: Chat, {texts}: Language) => html`
  <div class="pair">
    <button part="button" class="choice" @click=${() => guide.finish(guide.step!)}>
      ${texts.goOn}
    </button>
  </div>
`;
