import {html, nothing} from 'lit';

import {reconsider} from '../../core/commands/change-answer.js';
import {buttonView} from '../controls/button.js';
import {icon} from '../controls/icons.js';
import {CHECK} from '../controls/intake-icons.js';
import {referenceView} from '../controls/reference.js';
import type {ViewContext} from '../view-context.js';

export const endView = (context: ViewContext) =>
  context.chat.flow.isRefused ? refusedView(context) : completeView(context);

const completeView = ({chat, dialogs, state, texts}: ViewContext) => {
  const {isRecognised} = state;
  // A visitor who finds another one's session here is not asked again; the owner of one is.
  const leave = () => (isRecognised ? chat.lifecycle.startOver() : dialogs.open('startOver'));
  const save = () => dialogs.exportConversation('saveTranscript');
  return html`
    <div class="card done" tabindex="-1" data-focus>
      <span class="badge-icon large">${icon(CHECK)}</span>
      ${referenceView(chat, texts)}
    </div>
    ${buttonView(texts.keep, save, {style: 'link'})}
    ${buttonView(isRecognised ? texts.notYou : texts.newRequest, leave, {style: 'link'})}
  `;
};

/** After an erasure there is no answer to reconsider. */
const refusedView = ({chat, state, texts}: ViewContext) => {
  const hasAnswers = chat.transcript.lines.some(({step}) => step);
  const isDisabled = state.isSubmitting;
  return html`
    <div class="pair" role="group" aria-label=${texts.yourChoice} tabindex="-1" data-focus>
      ${hasAnswers ? buttonView(texts.changedMind, () => reconsider(chat), {isDisabled}) : nothing}
      ${buttonView(texts.newRequest, () => chat.lifecycle.startOver())}
    </div>
  `;
};
