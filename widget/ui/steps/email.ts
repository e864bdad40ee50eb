import {html, nothing} from 'lit';

import {MAX_EMAIL_LENGTH} from '../../../server/contract/limits.js';

import {changeEmail, submitEmail} from '../../core/commands/submit-email.js';
import type {Chat} from '../../core/chat.js';
import type {EmailVerification} from '../../core/email/email-verification.js';
import {suggestEmail} from '../../core/email/email-suggestion.js';
import {interpolate} from '../../i18n/languages.js';
import type {Language} from '../../i18n/languages.js';
import {textFieldView} from '../controls/text-field.js';

export const emailView = (chat: Chat, language: Language) =>
  addressView(chat, language, {
    label: language.texts.emailLabel,
    value: chat.draft.email,
    onSubmit: (value) => submitEmail(chat, value),
  });

export const newAddressView = (chat: Chat, verification: EmailVerification, language: Language) =>
  addressView(chat, language, {
    label: language.texts.newAddress,
    value: verification.address || chat.draft.email,
    onSubmit: (value) => changeEmail(chat, value),
  });

interface AddressField {
  label: string;
  value: string;
  onSubmit: (value: string) => unknown;
}

const addressView = (chat: Chat, language: Language, field: AddressField) => {
  const {isSuggestionAsked} = chat.verification!;
  const {texts} = language;
  const value = chat.drafts.get('email') ?? field.value;
  const meant = suggestEmail(value);
  const take = (email: string) => {
    chat.drafts.set('email', email);
    if (isSuggestionAsked) field.onSubmit(email);
    chat.host.requestUpdate();
  };
  const choice = (email: string, label: string) =>
    html`<button
      part="button"
      class="link"
      ?disabled=${chat.isSubmitting}
      @click=${() => take(email)}
    >
      ${label}
    </button>`;
  // Whoever is still typing it needs no hint. The container stays, so that it is read out.
  const isShown = meant && (isSuggestionAsked || !meant.startsWith(value.trim()));
  return html`
    ${textFieldView(chat, language, {
      ...field,
      type: 'email',
      autocomplete: 'email',
      maxLength: MAX_EMAIL_LENGTH,
    })}
    ${chat.isSubmitting && chat.status.connection ? html`<p class="hint">${texts.fileOffline}</p>` : nothing}
    <div role="status">
      ${isShown ? choice(meant, interpolate(texts, 'didYouMean', {email: meant})) : nothing}
      ${isShown && isSuggestionAsked ? choice(value, `${texts.send}: ${value}`) : nothing}
    </div>
  `;
};
