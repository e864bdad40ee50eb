import {html, nothing} from 'lit';

import type {Chat} from '../chat.js';
import type {Language} from '../texts.js';
import {icon} from './icons.js';

/** What concerns the whole conversation; what concerns one field or file stands beside it. */
export const noticesView = (chat: Chat, {texts}: Language) => html`
  <div class="notices" role="status">
    ${chat.connection ? noticeView('info', texts[chat.connection]) : nothing}
    ${chat.storage.isKept ? nothing : noticeView('info', texts.notKept)}
    ${
      chat.notice
        ? noticeView(chat.notice.kind, texts[chat.notice.key], texts.dismiss, () =>
            chat.showNotice(null),
          )
        : nothing
    }
  </div>
`;

const noticeView = (kind: string, words: string, dismiss?: string, onDismiss?: () => void) => html`
  <div class="notice ${kind}" part="notice">
    ${icon('alert')}
    <span>${words}</span>
    ${
      dismiss
        ? html`<button part="button" class="icon" aria-label=${dismiss} @click=${onDismiss}>
            ${icon('close')}
          </button>`
        : nothing
    }
  </div>
`;
