import {html, nothing} from 'lit';

import {reconsider} from '../../core/commands/change-answer.js';
import type {Chat} from '../../core/chat.js';
import {exportTranscript, openDialog} from '../dialogs/open-dialog.js';
import type {Language} from '../../i18n/languages.js';
import {icon} from '../controls/icons.js';
import {CHECK} from '../controls/intake-icons.js';
import {referenceView} from '../controls/reference.js';

export const completeView = (chat: Chat, language: Language) => html`
  <div class="card done" tabindex="-1" data-focus>
    <span class="badge-icon large">${icon(CHECK)}</span>
    ${referenceView(chat, language)}
  </div>
  <button part="button" class="link" @click=${() => exportTranscript(chat, 'saveTranscript')}>
    ${language.texts.keep}
  </button>
  <button part="button" class="link" @click=${() => leaveBehind(chat)}>
    ${chat.isRecognised ? language.texts.notYou : language.texts.newRequest}
  </button>
`;

/** Somebody else at this device should not be asked twice; the owner of a reference should. */
const leaveBehind = (chat: Chat) =>
  chat.isRecognised ? void chat.lifecycle.startOver() : void openDialog(chat, 'startOver');

/** There is nothing to think better of once everything has been erased. */
export const refusedView = (chat: Chat, {texts}: Language) => {
  const hasAnswers = chat.transcript.lines.some(({step}) => step);
  return html`
    <div class="pair" role="group" aria-label=${texts.yourChoice} tabindex="-1" data-focus>
      ${
        hasAnswers
          ? html`<button
              part="button"
              class="choice"
              ?disabled=${chat.isSubmitting}
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
