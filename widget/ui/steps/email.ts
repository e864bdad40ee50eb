import {html, nothing} from 'lit';

import {MAX_EMAIL_LENGTH} from '../../../server/contract/limits.js';

import {changeEmail, submitEmail} from '../../core/commands/submit-email.js';
import {suggestEmail} from '../../core/email/email-suggestion.js';
import {interpolate} from '../../i18n/format.js';
import {textFieldView} from '../controls/text-field.js';
import type {ViewContext} from '../view-context.js';

export const emailView = (context: ViewContext) =>
  addressView(context, {
    label: context.language.texts.emailLabel,
    value: context.chat.fieldValues.email,
    onSubmit: (value) => submitEmail(context.chat, value),
  });

export const newAddressView = (context: ViewContext) => {
  const {fieldValues, verification} = context.chat;
  return addressView(context, {
    label: context.language.texts.newAddress,
    value: verification!.address || fieldValues.email,
    onSubmit: (value) => changeEmail(context.chat, value),
  });
};

interface AddressField {
  label: string;
  value: string;
  onSubmit: (value: string) => unknown;
}

const addressView = (context: ViewContext, field: AddressField) => {
  const {chat, language, state} = context;
  const {texts} = language;
  const {isSuggestionAsked} = chat.verification!;
  const value = chat.drafts.get('email') ?? field.value;
  const suggested = suggestEmail(value);
  const choose = (email: string) => {
    chat.drafts.set('email', email);
    if (isSuggestionAsked) field.onSubmit(email);
  };
  const choice = (email: string, label: string) =>
    html`<button
      part="button"
      class="link"
      ?disabled=${state.isSubmitting}
      @click=${() => choose(email)}
    >
      ${label}
    </button>`;
  // A visitor who is still typing needs no hint. The container stays, so that the hint is read out.
  const isShown = suggested && (isSuggestionAsked || !suggested.startsWith(value.trim()));
  return html`
    ${textFieldView(context, {
      ...field,
      type: 'email',
      autocomplete: 'email',
      maxLength: MAX_EMAIL_LENGTH,
    })}
    ${state.isSubmitting && state.connection ? html`<p class="hint">${texts.fileOffline}</p>` : nothing}
    <div role="status">
      ${isShown ? choice(suggested, interpolate(texts, 'didYouMean', {email: suggested})) : nothing}
      ${isShown && isSuggestionAsked ? choice(value, `${texts.send}: ${value}`) : nothing}
    </div>
  `;
};
