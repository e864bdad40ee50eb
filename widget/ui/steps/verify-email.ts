import {html} from 'lit';

import {resendLink} from '../../core/commands/submit-email.js';
import type {Chat} from '../../core/chat.js';
import type {EmailVerification} from '../../core/email/email-verification.js';
import {interpolate} from '../../i18n/languages.js';
import type {Language} from '../../i18n/languages.js';
import {newAddressView} from './email.js';
import {freshText} from '../controls/fresh-text.js';
import {icon} from '../controls/icons.js';
import {MAIL} from '../controls/intake-icons.js';

export const pendingView = (chat: Chat, verification: EmailVerification, language: Language) => {
  const {texts} = language;
  const askForAddress = () => {
    verification.isChanging = true;
    chat.status.setFieldError(null);
  };
  const address = html`<bdi>${verification.address || verification.emailMasked}</bdi>`;
  if (verification.isChanging) {
    return html`
      <p class="hint">${texts.emailLabel}: ${address}</p>
      ${newAddressView(chat, verification, language)}
      <button part="button" class="link" @click=${() => chat.stepBack()}>
        ${texts.keepAddress}
      </button>
    `;
  }
  const seconds = verification.secondsToResend;
  return html`
    <div class="card" tabindex="-1" data-focus>
      <span class="badge-icon large">${icon(MAIL)}</span>
      <div>
        <p class="strong">${texts.pendingTitle}</p>
        <p>${address}</p>
        <p class="hint">${verification.isDelayed ? texts.pendingDelayed : texts.pendingHint}</p>
      </div>
    </div>
    <div class="pair">
      <button
        part="button"
        class="choice"
        ?disabled=${seconds > 0 || chat.isSubmitting}
        @click=${() => resendLink(chat, verification)}
      >
        ${freshText(seconds > 0 ? interpolate(texts, 'sendAgainIn', {seconds}) : texts.sendAgain)}
      </button>
      <button part="button" class="choice" @click=${askForAddress}>${texts.changeAddress}</button>
    </div>
  `;
};
