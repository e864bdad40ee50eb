import {html, nothing} from 'lit';

import {MAX_EMAIL_LENGTH} from '../../../server/contract/limits.js';

import {changeEmail, submitEmail} from '../../core/commands/submit-email.js';
import {suggestEmail} from '../../core/email/email-suggestion.js';
import {interpolate} from '../../i18n/format.js';
import {buttonView} from '../controls/button.js';
import {textFieldView} from '../controls/text-field.js';
import type {TextField} from '../controls/text-field.js';
import type {ViewContext} from '../view-context.js';

export const emailView = (context: ViewContext) => {
  const {chat, texts} = context;
  return addressView(context, {
    label: texts.emailLabel,
    value: chat.fieldValues.email,
    onSubmit: (value) => submitEmail(chat, value),
  });
};

export const newAddressView = (context: ViewContext) => {
  const {chat, texts} = context;
  return addressView(context, {
    label: texts.newAddress,
    value: chat.verification!.address || chat.fieldValues.email,
    onSubmit: (value) => changeEmail(chat, value),
  });
};

type AddressField = Pick<TextField, 'label' | 'onSubmit' | 'value'>;

const addressView = (context: ViewContext, field: AddressField) => {
  const {chat, state, texts} = context;
  const {isSuggestionAsked} = chat.verification!;
  const value = chat.drafts.get('email') ?? field.value;
  const suggested = suggestEmail(value);
  const choiceView = (email: string, label: string) => {
    const choose = () => {
      chat.drafts.set('email', email);
      if (isSuggestionAsked) field.onSubmit(email);
    };
    return buttonView(label, choose, {style: 'link', isDisabled: state.isSubmitting});
  };
  // A visitor who is still typing needs no hint. The container stays, so that the hint is read out.
  const isShown = suggested && (isSuggestionAsked || !suggested.startsWith(value.trim()));
  return html`
    ${textFieldView(context, {...field, type: 'email', maxLength: MAX_EMAIL_LENGTH})}
    ${state.isSubmitting && state.connection ? html`<p class="hint">${texts.fileOffline}</p>` : nothing}
    <div role="status">
      ${isShown ? choiceView(suggested, interpolate(texts, 'didYouMean', {email: suggested})) : nothing}
      ${isShown && isSuggestionAsked ? choiceView(value, `${texts.send}: ${value}`) : nothing}
    </div>
  `;
};
