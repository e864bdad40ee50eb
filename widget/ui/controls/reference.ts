import {html} from 'lit';

import {copyReference} from '../../core/commands/copy-reference.js';
import type {Chat} from '../../core/chat.js';
import type {Texts} from '../../i18n/locales/en.js';
import {iconButton} from './icons.js';
import {COPY} from './intake-icons.js';

/** The reference that visitors quote when they ask about their request. */
export const referenceView = (chat: Chat, texts: Texts) => html`
  <div>
    <p class="hint">${texts.reference}</p>
    <p class="reference" dir="ltr">${chat.reference}</p>
  </div>
  ${iconButton(COPY, texts.copy, () => copyReference(chat))}
`;
