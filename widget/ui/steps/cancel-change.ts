import {html, nothing} from 'lit';

import {cancelChange} from '../../core/commands/change-answer.js';
import type {ViewContext} from '../view-context.js';

/** Lets a visitor who went back to a question keep the answer. */
export const cancelChangeView = ({chat, language: {texts}, state}: ViewContext) =>
  state.reopenedStep && state.step
    ? html`<button part="button" class="link" @click=${() => cancelChange(chat)}>
        ${texts.cancel}
      </button>`
    : nothing;
