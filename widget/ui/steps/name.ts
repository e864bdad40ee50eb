import {MAX_NAME_LENGTH} from '../../../server/contract/limits.js';

import {submitName} from '../../core/commands/submit-name.js';
import {textFieldView} from '../controls/text-field.js';
import type {ViewContext} from '../view-context.js';

export const nameView = (context: ViewContext) => {
  const {chat, language} = context;
  return textFieldView(context, {
    label: language.texts.nameLabel,
    value: chat.fieldValues.name,
    type: 'text',
    autocomplete: 'name',
    maxLength: MAX_NAME_LENGTH,
    onSubmit: (value) => submitName(chat, value),
  });
};
