import {html} from 'lit';

import {copyReference} from '../actions/copy-reference.js';
import type {Chat} from '../chat.js';
import type {Language} from '../texts.js';
import {iconButton} from './icons.js';
import {COPY} from './later-icons.js';

/** What the visitor names when asking about the request. */
export const referenceView = (chat: Chat, {texts}: Language) => html`
  <div>
    <p class="hint">${texts.reference}</p>
    <p class="reference" dir="ltr">${chat.reference}</p>
  </div>
  ${iconButton(COPY, texts.copy, () => copyReference(chat))}
`;
