import {html, nothing} from 'lit/html.js';

import {startSteps} from '../../core/commands/start-steps.js';
import type {TextOf} from '../../core/flow/transcript.js';
import {buttonView} from '../controls/button.js';
import type {ViewContext} from '../view-context.js';
import {openComposer} from './message-area.js';

/** Maria's line after the second door, which is gone while this line is the newest one. */
const invitation: TextOf = ({texts}) => texts.askAssistant;

/** The two ways into the conversation: the steps of the site, or a question. */
export const doorsView = (context: ViewContext) => {
  const {chat, texts} = context;
  const ask = (event: Event) => {
    chat.flow.say(invitation);
    void openComposer(context, event);
  };
  return html`
    <div class="pair doors">
      ${buttonView(texts.start, () => startSteps(chat), {style: 'primary'})}
      ${chat.transcript.lines.at(-1)?.text === invitation ? nothing : buttonView(texts.askQuestion, ask)}
    </div>
  `;
};
