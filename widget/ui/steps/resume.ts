/** Code that only visitors with several tabs, or who return, need. Most visits have one session. */
import {html} from 'lit/html.js';

import {continueVisit} from '../../core/resume.js';
import {buttonView} from '../controls/button.js';
import type {ViewContext} from '../view-context.js';

export {mergeFiles, replayAnswers, resumeConversation} from '../../core/resume.js';
export {syncSession} from '../../core/sync/session-sync.js';

export const resumeView = ({chat, texts}: ViewContext) => html`
  <div class="pair" role="group" aria-label=${texts.yourChoice} tabindex="-1" data-focus>
    ${buttonView(texts.goOn, () => continueVisit(chat), {style: 'primary'})}
    ${buttonView(texts.discard, () => chat.lifecycle.startOver())}
  </div>
`;
