import {html, nothing} from 'lit';

import type {StoredFile} from '../../../server/contract/files.js';

import {interpolate, formatSize} from '../../i18n/languages.js';
import type {Language} from '../../i18n/languages.js';
import {fileNameView} from '../steps/files.js';
import {FILE, icon, iconButton} from '../controls/icons.js';
import {TRASH} from '../controls/intake-icons.js';
import {markedView, plainView} from './markdown-view.js';
import type {ThreadMessage} from '../../core/messages/message.js';
import {isOwn} from '../../core/messages/message.js';
import type {MessageThread} from '../../core/messages/message-thread.js';

/** So much of a message tells it from the others. */
const NAMED = 60;

/** What stands in a message's bubble. */
export const messageView = (thread: MessageThread, said: ThreadMessage) => (language: Language) => {
  const {body, files, state, isStopped} = said;
  return html`
    ${isOwn(said) ? plainView(body) : state === 'running' ? runningView(body) : markedView(body)}
    ${files.map((file) => fileView(thread, file, language))}
    ${isOwn(said) ? deliveryView(thread, said, language) : nothing}
    ${isStopped ? html`<span class="delivery">${language.texts.cancelled}</span>` : nothing}
  `;
};

/** Read out as a whole once it is there, not word by word. */
const runningView = (body: string) => html`
  <div aria-hidden="true">
    ${markedView(body)}<span class="typing"><i></i><i></i><i></i></span>
  </div>
`;

const deliveryView = (thread: MessageThread, said: ThreadMessage, language: Language) => {
  const {texts} = language;
  const isHeld = said.state === 'unsent' || (said.state === 'sending' && said.isWaiting);
  if (!isHeld && said.state !== 'sending') return nothing;
  return html`
    <span class="delivery" dir=${texts.dir}>
      ${isHeld ? texts.notSent : texts.sending}
      ${
        isHeld
          ? html`<button
              part="button"
              class="link"
              aria-label=${interpolate(texts, 'retryFile', {name: said.body.slice(0, NAMED)})}
              @click=${() => thread.sendQueue.retry(said)}
            >
              ${texts.retry}
            </button>`
          : nothing
      }
    </span>
  `;
};

/** Its name fetches it. */
const fileView = ({downloads}: MessageThread, file: StoredFile, {texts, tag}: Language) => {
  const {id, name, size} = file;
  const state = downloads.stateOf(id);
  const hasFailed = state === 'failed';
  return html`
    <span class="file attached ${hasFailed ? 'error' : ''}" part="file" dir=${texts.dir}>
      ${state === 'loading' ? html`<span class="spinner"></span>` : icon(FILE)}
      <span class="about">
        <button part="button" class="link" title=${name} @click=${() => downloads.begin(id)}>
          <bdi>${fileNameView(name)}</bdi>
        </button>
        ${
          hasFailed
            ? html`<span class="hint state" role="alert">${texts.retry}</span>`
            : state === 'ready'
              ? html`<span class="hint" role="status">${texts.downloadReady}</span>`
              : html`<span class="hint">PDF · ${formatSize(size, tag)}</span>`
        }
      </span>
      ${iconButton(TRASH, interpolate(texts, 'removeFile', {name}), () => downloads.erase(id))}
    </span>
  `;
};
