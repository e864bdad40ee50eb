import {html, nothing} from 'lit/html.js';

import {isEndOf} from '../../core/flow/step-types.js';
import type {Line} from '../../core/flow/transcript.js';
import {buttonView} from '../controls/button.js';
import {icon} from '../controls/icons.js';
import {CHECK} from '../controls/intake-icons.js';
import {referenceView} from '../controls/reference.js';
import type {ViewContext} from '../view-context.js';

/** A complete conversation needs no answer. After a refusal, the visitor can reconsider. */
export const endView = (context: ViewContext) => {
  const {chat, state, texts} = context;
  if (!chat.flow.isRefused) return nothing;
  // After an erasure there is no answer to reconsider.
  const hasAnswers = chat.transcript.lines.some((line) => line.step);
  const act = () => (hasAnswers ? context.reconsider() : chat.lifecycle.startOver());
  const options = {style: 'primary', isDisabled: state.isSubmitting};
  return html`
    <div class="pair" role="group" aria-label=${texts.yourChoice} tabindex="-1" data-focus>
      ${buttonView(hasAnswers ? texts.changedMind : texts.newRequest, act, options)}
    </div>
  `;
};

/** Belongs to the line that ends the conversation: what has arrived, and the reference. */
export const completionView = ({chat, state, texts}: ViewContext, line: Line) => {
  const isOwn = ({from, message}: Line) => from === 'maria' && !message;
  if (!isEndOf(state.step, 'complete') || line !== chat.transcript.lines.filter(isOwn).at(-1))
    return nothing;
  const names = chat.uploads!.storedNames;
  return html`
    <div class="card done">
      <span class="badge-icon">${icon(CHECK)}</span>
      ${
        names.length > 0
          ? html`<ul aria-label=${texts.files}>
              ${names.map((name) => html`<li><bdi>${name}</bdi></li>`)}
            </ul>`
          : nothing
      }
      ${referenceView(chat, texts)}
      ${
        state.isRecognised
          ? buttonView(texts.notYou, () => chat.lifecycle.startOver(), {style: 'link'})
          : nothing
      }
    </div>
  `;
};
