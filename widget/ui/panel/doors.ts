import {html} from 'lit';

import {startSteps} from '../../core/commands/start-steps.js';
import {buttonView} from '../controls/button.js';
import type {ViewContext} from '../view-context.js';
import {openComposer} from './message-area.js';

/**
 * The two ways into the conversation: the steps of the site, or a question. The group has the focus, so
 * that the Tab key reaches both, and no phone covers the greeting with its keyboard.
 */
export const doorsView = (context: ViewContext) => {
  const {chat, texts} = context;
  const label = chat.answers.hasBegun ? texts.goOn : texts.start;
  return html`
    <div class="pair doors" role="group" aria-label=${texts.yourChoice} tabindex="-1" data-focus>
      ${buttonView(label, () => startSteps(chat), {style: 'primary'})}
      ${buttonView(texts.askQuestion, (event) => openComposer(context, event))}
    </div>
  `;
};
