import {MAX_EMAIL_LENGTH} from '../../server/contract/limits.js';

import {changeEmail, giveEmail} from '../actions/give-email.js';
import type {Chat} from '../chat.js';
import type {Confirmation} from '../confirmation.js';
import type {Language} from '../texts.js';
import {composerView} from './ask.js';

const EMAIL = {type: 'email', autocomplete: 'email', maxLength: MAX_EMAIL_LENGTH} as const;

export const emailView = (chat: Chat, language: Language) =>
  composerView(chat, language, {
    ...EMAIL,
    label: language.texts.emailLabel,
    value: chat.draft.email,
    onSubmit: (value) => giveEmail(chat, value),
  });

export const newAddressView = (chat: Chat, confirmation: Confirmation, language: Language) =>
  composerView(chat, language, {
    ...EMAIL,
    label: language.texts.newAddress,
    value: '',
    onSubmit: (value) => changeEmail(chat, confirmation, value),
  });
