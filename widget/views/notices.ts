import {html, nothing} from 'lit';

import type {Chat} from '../chat.js';
import type {Language} from '../texts.js';
import {icon} from './icons.js';

/** What concerns the whole conversation; what concerns one field or file stands beside it. */
export const noticesView = (chat: Chat, {texts}: Language) => html`
  <div class="notices" role="status">
    ${chat.connection ? noticeView('info', texts[chat.connection]) : nothing}
    ${chat.storage.isKept ? nothing : noticeView('info', texts.notKept)}
    ${chat.notice ? noticeView(chat.notice.kind, texts[chat.notice.key], endOf(chat, texts)) : nothing}
  </div>
`;

/** Dismissed, or, where the conversation has stopped, tried again. */
const endOf = (chat: Chat, texts: Language['texts']) =>
  chat.notice?.isRetryable
    ? html`<button part="button" class="choice" @click=${() => chat.tryAgain()}>
        ${texts.retry}
      </button>`
    : html`<button
        part="button"
        class="icon"
        aria-label=${texts.dismiss}
        @click=${() => chat.showNotice(null)}
      >
        ${icon('close')}
      </button>`;

const noticeView = (kind: string, words: string, end: unknown = nothing) => html`
  <div class="notice ${kind}" part="notice">
    ${icon('alert')}
    <span>${words}</span>
    ${end}
  </div>
`;
