import {html, nothing} from 'lit';

import {MAX_EMAIL_LENGTH} from '../../server/contract/limits.js';

import {changeEmail, giveEmail} from '../actions/give-email.js';
import type {Chat} from '../chat.js';
import type {Confirmation} from '../confirmation.js';
import {meantEmail} from '../email-slips.js';
import {fill} from '../texts.js';
import type {Language} from '../texts.js';
import {composerView} from './ask.js';

export const emailView = (chat: Chat, language: Language) =>
  addressView(chat, language, {
    label: language.texts.emailLabel,
    value: chat.draft.email,
    onSubmit: (value) => giveEmail(chat, value),
  });

export const newAddressView = (chat: Chat, confirmation: Confirmation, language: Language) =>
  addressView(chat, language, {
    label: language.texts.newAddress,
    value: confirmation.address,
    onSubmit: (value) => changeEmail(chat, confirmation, value),
  });

interface AddressField {
  label: string;
  value: string;
  onSubmit: (value: string) => unknown;
}

const addressView = (chat: Chat, language: Language, field: AddressField) => {
  const confirmation = chat.confirmation!;
  const value = confirmation.typed ?? field.value;
  const type = (typed: string) => {
    confirmation.typed = typed;
    chat.host.requestUpdate();
  };
  const meant = meantEmail(value);
  // Whoever is still typing it needs no hint.
  const hint = meant?.startsWith(value.trim()) ? null : meant;
  return html`
    <div @input=${(event: Event) => type((event.target as HTMLInputElement).value)}>
      ${composerView(chat, language, {
        ...field,
        value,
        type: 'email',
        autocomplete: 'email',
        maxLength: MAX_EMAIL_LENGTH,
      })}
      ${hintView(language, hint, type)}
    </div>
  `;
};

/** The container stays, so that screen readers hear what is put into it. */
export const hintView = (
  {texts}: Language,
  email: string | null,
  onTake: (email: string) => unknown,
) => html`
  <div role="status">
    ${
      email
        ? html`<button part="button" class="link" type="button" @click=${() => onTake(email)}>
            ${fill(texts, 'didYouMean', {email})}
          </button>`
        : nothing
    }
  </div>
`;
