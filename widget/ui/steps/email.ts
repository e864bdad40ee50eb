import {html, nothing} from 'lit/html.js';

import {MAX_EMAIL_LENGTH} from '../../../server/contract/limits.js';

import {changeEmail, submitEmail} from '../../core/commands/submit-email.js';
import {suggestEmail} from '../../core/email/email-suggestion.js';
import {interpolate} from '../../i18n/interpolate.js';
import {buttonView} from '../controls/button.js';
import {textFieldView} from '../controls/text-field.js';
import type {ViewContext} from '../view-context.js';

/** The field for the e-mail address, or for another one. */
export const emailView = (context: ViewContext) => {
  const {chat, state, texts} = context;
  const {email, isChanging, isSuggestionAsked} = chat.verification!;
  const first = email || chat.fieldValues.email;
  const value = chat.drafts.get('email') ?? first;
  const submit = (email: string) => (isChanging ? changeEmail : submitEmail)(chat, email);
  const suggested = suggestEmail(value);
  const choiceView = (email: string, label: string) => {
    const choose = () => {
      chat.drafts.set('email', email);
      if (isSuggestionAsked) void submit(email);
    };
    return buttonView(label, choose, {style: 'link', isDisabled: state.isSubmitting});
  };
  // A visitor who is still typing needs no hint. The container stays, so that the hint is read out.
  const isShown = suggested && (isSuggestionAsked || !suggested.startsWith(value.trim()));
  return html`
    ${textFieldView(context, {
      label: texts.emailLabel,
      value: first,
      type: 'email',
      maxLength: MAX_EMAIL_LENGTH,
      onSubmit: submit,
    })}
    ${state.isSubmitting && state.connection ? html`<p class="hint">${texts.notSent}</p>` : nothing}
    <div role="status">
      ${isShown ? choiceView(suggested, interpolate(texts, 'didYouMean', {email: suggested})) : nothing}
      ${isShown && isSuggestionAsked ? choiceView(value, interpolate(texts, 'useAnyway', {email: value})) : nothing}
    </div>
  `;
};
