import {html, nothing} from 'lit';

import type {Chat} from '../../core/chat.js';
import type {Status} from '../../core/status.js';
import type {Language} from '../../i18n/languages.js';
import {freshText} from '../controls/fresh-text.js';
import {ALERT, CLOSE, icon, iconButton} from '../controls/icons.js';

/** What concerns the whole conversation; what concerns one field or file stands beside it. */
export const noticesView = (chat: Chat, {texts}: Language) => {
  const {status} = chat;
  const {notice} = status;
  return html`
    <div class="notices" role="status">
      ${status.connection ? noticeView('info', texts[lineText(status.connection)]) : nothing}
      ${chat.storage.isKept ? nothing : noticeView('info', texts.notKept)}
      ${notice ? noticeView(notice.kind, texts[notice.key], endOf(chat, texts)) : nothing}
    </div>
  `;
};

/** A server that does not respond does not mean that the visitor is offline. */
const lineText = (connection: NonNullable<Status['connection']>) =>
  connection === 'offline' && navigator.onLine ? 'unreachable' : connection;

/** Dismissed, or, where the conversation has stopped, tried again. */
const endOf = (chat: Chat, texts: Language['texts']) =>
  chat.status.notice?.isRetryable
    ? html`<button part="button" class="choice" @click=${() => chat.lifecycle.tryAgain()}>
        ${texts.retry}
      </button>`
    : iconButton(CLOSE, texts.dismiss, () => chat.status.showNotice(null));

const noticeView = (kind: string, words: string, end: unknown = nothing) => html`
  <div class="notice ${kind}" part="notice">${icon(ALERT)} ${freshText(words)} ${end}</div>
`;
