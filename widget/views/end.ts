import {html} from 'lit';

import {copyReference} from '../actions/copy-reference.js';
import type {Chat} from '../chat.js';
import type {Language} from '../texts.js';
import {icon} from './later-icons.js';

export const completeView = (chat: Chat, {texts}: Language) => html`
  <div class="card done" tabindex="-1" data-focus>
    <span class="badge-icon large">${icon('check')}</span>
    <div>
      <p class="hint">${texts.reference}</p>
      <p class="reference" dir="ltr">${chat.reference}</p>
    </div>
    <button
      part="button"
      class="icon"
      aria-label=${texts.copy}
      title=${texts.copy}
      @click=${() => copyReference(chat)}
    >
      ${icon('copy')}
    </button>
  </div>
  <button part="button" class="link" @click=${() => leaveBehind(chat)}>
    ${chat.isRecognised ? texts.notYou : texts.newRequest}
  </button>
`;

/** Somebody else at this device should not be asked twice; the owner of a reference should. */
const leaveBehind = (chat: Chat) =>
  chat.isRecognised ? void chat.endings.startOver() : chat.askToStartOver(true);

export const refusedView = (chat: Chat, {texts}: Language) => html`
  <button part="button" class="choice wide" data-focus @click=${() => chat.endings.startOver()}>
    ${texts.newRequest}
  </button>
`;
