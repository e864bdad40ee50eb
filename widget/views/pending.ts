import {html} from 'lit';

import {sendLinkAgain} from '../actions/give-email.js';
import type {Chat} from '../chat.js';
import type {Confirmation} from '../confirmation.js';
import {fill} from '../texts.js';
import type {Language} from '../texts.js';
import {newAddressView} from './e-mail.js';
import {freshText} from './fresh-text.js';
import {icon} from './icons.js';
import {MAIL} from './later-icons.js';

export const pendingView = (chat: Chat, confirmation: Confirmation, language: Language) => {
  const {texts} = language;
  const askForAddress = () => {
    confirmation.isChanging = true;
    chat.signs.blame(null);
  };
  const address = html`<bdi>${confirmation.address || confirmation.emailMasked}</bdi>`;
  if (confirmation.isChanging) {
    return html`
      <p class="hint">${texts.emailLabel}: ${address}</p>
      ${newAddressView(chat, confirmation, language)}
      <button part="button" class="link" @click=${() => chat.stepBack()}>
        ${texts.keepAddress}
      </button>
    `;
  }
  const seconds = confirmation.secondsToResend;
  return html`
    <div class="card" tabindex="-1" data-focus>
      <span class="badge-icon large">${icon(MAIL)}</span>
      <div>
        <p class="strong">${texts.pendingTitle}</p>
        <p>${address}</p>
        <p class="hint">${confirmation.isDelayed ? texts.pendingDelayed : texts.pendingHint}</p>
      </div>
    </div>
    <div class="pair">
      <button
        part="button"
        class="choice"
        ?disabled=${seconds > 0 || chat.isSending}
        @click=${() => sendLinkAgain(chat, confirmation)}
      >
        ${freshText(seconds > 0 ? fill(texts, 'sendAgainIn', {seconds}) : texts.sendAgain)}
      </button>
      <button part="button" class="choice" @click=${askForAddress}>${texts.changeAddress}</button>
    </div>
  `;
};
