import {nothing} from 'lit/html.js';

import {cancelChange} from '../../core/commands/change-answer.js';
import {buttonView} from '../controls/button.js';
import type {ViewContext} from '../view-context.js';

/** Lets a visitor who went back to a question, or to the e-mail address, keep the answer. */
export const cancelChangeView = ({chat, texts, state}: ViewContext) =>
  state.step && (state.reopenedStep ?? chat.verification?.isChanging)
    ? buttonView(texts.cancel, () => cancelChange(chat), {style: 'link'})
    : nothing;
