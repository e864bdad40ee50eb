import {html, nothing} from 'lit/html.js';

import type {ChatState} from '../../core/state.js';
import {buttonView} from '../controls/button.js';
import {ALERT, CLOSE, icon, iconButton} from '../controls/icons.js';
import {freshText} from '../controls/fresh-text.js';
import type {ViewContext} from '../view-context.js';

/** Shows what concerns the whole conversation. Errors of a field or file are shown beside it. */
export const noticesView = (context: ViewContext) => {
  const {chat, state, texts} = context;
  const {connection, notice} = state;
  return html`
    <div class="notices" role="status">
      ${connection ? noticeView('info', texts[connectionText(connection)]) : nothing}
      ${chat.storage.isKept ? nothing : noticeView('info', texts.notKept)}
      ${notice ? noticeView(notice.kind, texts[notice.key], actionView(context)) : nothing}
    </div>
  `;
};

/** A server that does not respond does not mean that the visitor is offline. */
const connectionText = (connection: NonNullable<ChatState['connection']>) =>
  connection === 'offline' && navigator.onLine ? 'unreachable' : connection;

/** Dismisses the notice, or starts a conversation again that has stopped. */
const actionView = ({chat, state, texts}: ViewContext) =>
  state.notice?.isRetryable
    ? buttonView(texts.retry, () => chat.lifecycle.tryAgain())
    : iconButton(CLOSE, texts.dismiss, () => chat.status.showNotice(null));

const noticeView = (kind: string, text: string, button: unknown = nothing) => html`
  <div class="notice ${kind}" part="notice">${icon(ALERT)} ${freshText(text)} ${button}</div>
`;
