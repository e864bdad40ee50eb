import {html} from 'lit';

import {reconsider} from '../actions/change-answer.js';
import {copyReference} from '../actions/copy-reference.js';
import type {Chat} from '../chat.js';
import type {Language} from '../texts.js';
import {icon, iconButton} from './later-icons.js';

export const completeView = (chat: Chat, {texts}: Language) => html`
  <div class="card done" tabindex="-1" data-focus>
    <span class="badge-icon large">${icon('check')}</span>
    <div>
      <p class="hint">${texts.reference}</p>
      <p class="reference" dir="ltr">${chat.reference}</p>
    </div>
    ${iconButton('copy', texts.copy, () => copyReference(chat))}
  </div>
  <button part="button" class="link" @click=${() => leaveBehind(chat)}>
    ${chat.isRecognised ? texts.notYou : texts.newRequest}
  </button>
`;

/** Somebody else at this device should not be asked twice; the owner of a reference should. */
const leaveBehind = (chat: Chat) =>
  chat.isRecognised ? void chat.endings.startOver() : chat.askToStartOver(true);

export const refusedView = (chat: Chat, {texts}: Language) => html`
  <div class="pair" role="group" aria-label=${texts.yourChoice} tabindex="-1" data-focus>
    <button
      part="button"
      class="choice"
      ?disabled=${chat.isSending}
      @click=${() => reconsider(chat)}
    >
      ${texts.changedMind}
    </button>
    <button part="button" class="choice" @click=${() => chat.endings.startOver()}>
      ${texts.newRequest}
    </button>
  </div>
`;
