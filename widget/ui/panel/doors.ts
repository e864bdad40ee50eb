import {html} from 'lit/html.js';

import {startSteps} from '../../core/commands/start-steps.js';
import {buttonView} from '../controls/button.js';
import type {ViewContext} from '../view-context.js';
import {openComposer} from './message-area.js';

/** The two ways into the conversation: the steps of the site, or a question. */
export const doorsView = (context: ViewContext) => {
  const {chat, texts} = context;
  const label = chat.conditionValues['consents.personal_data'] ? texts.goOn : texts.start;
  return html`
    <div class="pair doors">
      ${buttonView(label, () => startSteps(chat), {style: 'primary'})}
      ${buttonView(texts.askQuestion, (event) => openComposer(context, event))}
    </div>
  `;
};
