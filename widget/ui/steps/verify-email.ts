import {html} from 'lit/html.js';

import {resendLink} from '../../core/commands/submit-email.js';
import {interpolate} from '../../i18n/interpolate.js';
import {buttonView} from '../controls/button.js';
import {freshText} from '../controls/fresh-text.js';
import {icon} from '../controls/icons.js';
import {MAIL} from '../controls/intake-icons.js';
import type {ViewContext} from '../view-context.js';
import {emailView} from './email.js';

export const verifyEmailView = (context: ViewContext) => {
  const {chat, state, texts} = context;
  const verification = chat.verification!;
  if (verification.isChanging) return emailView(context);
  const openChange = () => {
    verification.openChange();
    chat.status.setFieldError(null);
  };
  const seconds = verification.secondsToResend;
  const again = seconds > 0 ? interpolate(texts, 'sendAgainIn', {seconds}) : texts.sendAgain;
  const isDisabled = seconds > 0 || state.isSubmitting;
  return html`
    <div class="card" tabindex="-1" data-focus>
      <span class="badge-icon">${icon(MAIL)}</span>
      <div>
        <b>${texts.pendingTitle}</b>
        <p class="hint">${verification.isDelayed ? texts.pendingDelayed : texts.pendingHint}</p>
      </div>
    </div>
    <div class="pair">
      ${buttonView(freshText(again), () => resendLink(chat), {isDisabled})}
      ${buttonView(texts.changeAddress, openChange)}
    </div>
  `;
};
