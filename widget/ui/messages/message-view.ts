import {html, nothing} from 'lit/html.js';

import type {StoredFile} from '../../../server/contract/files.js';

import {formatSize} from '../../i18n/format.js';
import type {Chat} from '../../core/chat.js';
import {canLeaveEmail, leaveEmail} from '../../core/commands/leave-email.js';
import {interpolate} from '../../i18n/interpolate.js';
import type {Language} from '../../i18n/languages.js';
import {buttonView} from '../controls/button.js';
import {icon, iconButton} from '../controls/icons.js';
import {FILE, TRASH} from '../controls/intake-icons.js';
import {markedView, plainView} from './markdown-view.js';
import type {ThreadMessage} from '../../core/messages/message.js';
import {isOwn} from '../../core/messages/message.js';
import type {MessageThread} from '../../core/messages/message-thread.js';
import type {ViewContext} from '../view-context.js';

/** The beginning of a message identifies it. */
const LABEL_LENGTH = 60;

/** The contents of a message's bubble. */
export const messageView = (
  {chat, language}: ViewContext,
  thread: Readonly<MessageThread>,
  message: ThreadMessage,
) => {
  const {asksForEmail, body, files, state, isStopped} = message;
  return html`
    ${isOwn(message) ? plainView(body) : state === 'running' ? runningView(body) : markedView(body)}
    ${files.map((file) => fileView(thread, file, language))}
    ${isOwn(message) ? deliveryView(thread, message, language) : nothing}
    ${asksForEmail && canLeaveEmail(chat) ? leaveEmailView(chat, language) : nothing}
    ${isStopped ? html`<span class="delivery">${language.texts.cancelled}</span>` : nothing}
  `;
};

const leaveEmailView = (chat: Chat, {texts}: Language) =>
  buttonView(texts.leaveEmail, () => leaveEmail(chat));

/** Hidden from screen readers until it is complete: they read it as a whole. */
const runningView = (body: string) => html`
  <div aria-hidden="true">
    ${markedView(body)}<span class="typing"><i></i><i></i><i></i></span>
  </div>
`;

const deliveryView = (
  thread: Readonly<MessageThread>,
  message: ThreadMessage,
  language: Language,
) => {
  const {texts} = language;
  const {body, isWaiting, state} = message;
  if (state !== 'sending' && state !== 'unsent') return nothing;
  const retry = () => thread.sendQueue.retry(message);
  const label = interpolate(texts, 'retryFile', {name: body.slice(0, LABEL_LENGTH)});
  return html`
    <span class="delivery" dir=${texts.dir}>
      ${
        isWaiting || state === 'unsent'
          ? html`${texts.notSent}
              <button part="button" class="link" aria-label=${label} @click=${retry}>
                ${texts.retry}
              </button>`
          : texts.sending
      }
    </span>
  `;
};

/** A press of the name downloads the file. */
const fileView = ({downloads}: Readonly<MessageThread>, file: StoredFile, language: Language) => {
  const {texts} = language;
  const {id, name, size} = file;
  const state = downloads.stateOf(id);
  const hasFailed = state === 'failed';
  return html`
    <span class="file attached ${hasFailed ? 'error' : ''}" part="file" dir=${texts.dir}>
      ${state === 'loading' ? html`<span class="spinner"></span>` : icon(FILE)}
      <span class="about">
        <button part="button" class="link" title=${name} @click=${() => downloads.begin(id)}>
          <bdi>${name}</bdi>
        </button>
        ${
          hasFailed
            ? html`<span class="hint state" role="alert">${texts.retry}</span>`
            : state === 'ready'
              ? html`<span class="hint" role="status">${texts.downloadReady}</span>`
              : html`<span class="hint">PDF · ${formatSize(size, language)}</span>`
        }
      </span>
      ${iconButton(TRASH, interpolate(texts, 'removeFile', {name}), () => downloads.erase(id))}
    </span>
  `;
};
