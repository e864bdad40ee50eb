import {html} from 'lit/html.js';

import {copyReference} from '../../core/commands/copy-reference.js';
import type {Chat} from '../../core/chat.js';
import type {Texts} from '../../i18n/locales/en.js';
import {iconButton} from './icons.js';
import {COPY} from './intake-icons.js';

/** Length of the reference in e-mails. */
const SHORT_LENGTH = 8;

/** The reference that visitors quote. Screen readers, and a copy, have the rest of it as well. */
export const referenceView = (chat: Chat, texts: Texts) => html`
  <div>
    <p class="hint">${texts.reference}</p>
    <p class="reference" dir="ltr" title=${chat.reference}>
      ${chat.reference.slice(0, SHORT_LENGTH)}<span>${chat.reference.slice(SHORT_LENGTH)}</span>
    </p>
  </div>
  ${iconButton(COPY, texts.copy, () => copyReference(chat))}
`;
