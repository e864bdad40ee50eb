import {html} from 'lit';

import {continueVisit} from '../arriving.js';
import type {Chat} from '../chat.js';
import type {Language} from '../texts.js';

export const returningView = (chat: Chat, {texts}: Language) => html`
  <div class="pair" role="group" aria-label=${texts.yourChoice} tabindex="-1" data-focus>
    <button part="button" class="primary" @click=${() => continueVisit(chat)}>${texts.goOn}</button>
    <button part="button" class="choice" @click=${() => chat.endings.startOver()}>
      ${texts.discard}
    </button>
  </div>
`;
