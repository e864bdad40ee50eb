import {html} from 'lit';

import {sendLinkAgain} from '../../core/commands/submit-email.js';
import type {Chat} from '../../core/chat.js';
import type {Confirmation} from '../../core/email/email-verification.js';
import {fill} from '../../i18n/languages.js';
import type {Language} from '../../i18n/languages.js';
import {newAddressView} from './email.js';
import {freshText} from '../controls/fresh-text.js';
import {icon} from '../controls/icons.js';
import {MAIL} from '../controls/intake-icons.js';

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
