import {html, nothing} from 'lit';

import {reconsider} from '../../core/commands/change-answer.js';
import {icon} from '../controls/icons.js';
import {CHECK} from '../controls/intake-icons.js';
import {referenceView} from '../controls/reference.js';
import type {ViewContext} from '../view-context.js';

export const endView = (context: ViewContext) => {
  const {step} = context.state;
  const isRefused = step?.type === 'end' && step.outcome === 'refused';
  return isRefused ? refusedView(context) : completeView(context);
};

const completeView = (context: ViewContext) => {
  const {chat, dialogs, language, state} = context;
  const {texts} = language;
  // A visitor who finds another one's session here is not asked again; the owner of one is.
  const leave = () =>
    state.isRecognised ? void chat.lifecycle.startOver() : void dialogs.open('startOver');
  return html`
    <div class="card done" tabindex="-1" data-focus>
      <span class="badge-icon large">${icon(CHECK)}</span>
      ${referenceView(chat, language)}
    </div>
    <button part="button" class="link" @click=${() => dialogs.exportConversation('saveTranscript')}>
      ${texts.keep}
    </button>
    <button part="button" class="link" @click=${leave}>
      ${state.isRecognised ? texts.notYou : texts.newRequest}
    </button>
  `;
};

/** After an erasure there is no answer to reconsider. */
const refusedView = ({chat, language: {texts}, state}: ViewContext) => {
  const hasAnswers = chat.transcript.lines.some(({step}) => step);
  return html`
    <div class="pair" role="group" aria-label=${texts.yourChoice} tabindex="-1" data-focus>
      ${
        hasAnswers
          ? html`<button
              part="button"
              class="choice"
              ?disabled=${state.isSubmitting}
              @click=${() => reconsider(chat)}
            >
              ${texts.changedMind}
            </button>`
          : nothing
      }
      <button part="button" class="choice" @click=${() => chat.lifecycle.startOver()}>
        ${texts.newRequest}
      </button>
    </div>
  `;
};
