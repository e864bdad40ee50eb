import {html} from 'lit';

import type {Chat} from '../chat.js';
import {fill} from '../texts.js';
import type {Language} from '../texts.js';
import {newAddressView} from './ask.js';
import {icon} from './later-icons.js';

export const pendingView = (chat: Chat, language: Language) => {
  const {texts} = language;
  const {confirmation} = chat;
  if (confirmation.isChanging) {
    return html`
      ${newAddressView(chat, language)}
      <button part="button" class="link" @click=${() => chat.showAddressForm(false)}>
        ${texts.keepAddress}
      </button>
    `;
  }
  const seconds = confirmation.secondsToResend;
  return html`
    <div class="card" tabindex="-1" data-focus>
      <span class="badge-icon large">${icon('mail')}</span>
      <div>
        <p class="strong">${texts.pendingTitle}</p>
        <p><bdi>${confirmation.emailMasked}</bdi></p>
        <p class="hint">${texts.pendingHint}</p>
      </div>
    </div>
    <div class="pair">
      <button
        part="button"
        class="choice"
        ?disabled=${seconds > 0 || chat.isSending}
        @click=${() => chat.sendLinkAgain()}
      >
        ${seconds > 0 ? fill(texts, 'sendAgainIn', {seconds}) : texts.sendAgain}
      </button>
      <button part="button" class="choice" @click=${() => chat.showAddressForm(true)}>
        ${texts.changeAddress}
      </button>
    </div>
  `;
};
