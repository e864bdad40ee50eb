import {MAX_NAME_LENGTH} from '../../../server/contract/limits.js';

import {submitName} from '../../core/commands/submit-name.js';
import {textFieldView} from '../controls/text-field.js';
import type {ViewContext} from '../view-context.js';

export const nameView = (context: ViewContext) =>
  textFieldView(context, {
    label: context.texts.nameLabel,
    value: context.chat.fieldValues.name,
    type: 'text',
    maxLength: MAX_NAME_LENGTH,
    onSubmit: (value) => submitName(context.chat, value),
  });
