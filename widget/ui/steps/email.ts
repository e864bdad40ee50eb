import {html, nothing} from 'lit';

import {MAX_EMAIL_LENGTH} from '../../../server/contract/limits.js';

import {changeEmail, giveEmail} from '../../core/commands/submit-email.js';
import type {Chat} from '../../core/chat.js';
import type {Confirmation} from '../../core/email/email-verification.js';
import {meantEmail} from '../../core/email/email-suggestion.js';
import {fill} from '../../i18n/languages.js';
import type {Language} from '../../i18n/languages.js';
import {composerView} from '../controls/text-field.js';

export const emailView = (chat: Chat, language: Language) =>
  addressView(chat, language, {
    label: language.texts.emailLabel,
    value: chat.draft.email,
    onSubmit: (value) => giveEmail(chat, value),
  });

export const newAddressView = (chat: Chat, confirmation: Confirmation, language: Language) =>
  addressView(chat, language, {
    label: language.texts.newAddress,
    value: confirmation.address || chat.draft.email,
    onSubmit: (value) => changeEmail(chat, value),
  });

interface AddressField {
  label: string;
  value: string;
  onSubmit: (value: string) => unknown;
}

const addressView = (chat: Chat, language: Language, field: AddressField) => {
  const {isDoubted} = chat.confirmation!;
  const {texts} = language;
  const value = chat.drafts.get('email') ?? field.value;
  const meant = meantEmail(value);
  const take = (email: string) => {
    chat.drafts.set('email', email);
    if (isDoubted) field.onSubmit(email);
    chat.host.requestUpdate();
  };
  const choice = (email: string, label: string) =>
    html`<button part="button" class="link" ?disabled=${chat.isSending} @click=${() => take(email)}>
      ${label}
    </button>`;
  // Whoever is still typing it needs no hint. The container stays, so that it is read out.
  const isShown = meant && (isDoubted || !meant.startsWith(value.trim()));
  return html`
    ${composerView(chat, language, {
      ...field,
      type: 'email',
      autocomplete: 'email',
      maxLength: MAX_EMAIL_LENGTH,
    })}
    ${chat.isSending && chat.signs.connection ? html`<p class="hint">${texts.fileOffline}</p>` : nothing}
    <div role="status">
      ${isShown ? choice(meant, fill(texts, 'didYouMean', {email: meant})) : nothing}
      ${isShown && isDoubted ? choice(value, `${texts.send}: ${value}`) : nothing}
    </div>
  `;
};
