import {html} from 'lit';

import type {Chat} from '../chat.js';
import type {Language} from '../texts.js';

/** Covers the panel alone: the page around it stays usable. */
export const startOverView = (chat: Chat, {texts}: Language) => html`
  <div class="veil">
    <div
      class="dialog"
      part="dialog"
      role="alertdialog"
      aria-modal="true"
      aria-labelledby="question"
      aria-describedby="consequence"
    >
      <p class="strong" id="question">${texts.confirmTitle}</p>
      <p id="consequence">${chat.state === 'visit' ? texts.confirmDiscard : texts.confirmForget}</p>
      <div class="pair">
        <button
          part="button"
          class="choice"
          data-focus-dialog
          @click=${() => chat.askToStartOver(false)}
        >
          ${texts.cancel}
        </button>
        <button part="button" class="primary" @click=${() => chat.endings.startOver()}>
          ${texts.startOver}
        </button>
      </div>
    </div>
  </div>
`;
