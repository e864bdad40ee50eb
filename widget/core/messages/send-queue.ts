import type {Message, MessageResponse} from '../../../server/contract/messages.js';
import type {Session} from '../../../server/contract/sessions.js';

import {MariaMessageEvent} from '../../events.js';
import type {Chat} from '../chat.js';
import {UNSENT_KEY} from '../flow/answers.js';
import {endingOf} from '../session/session-end.js';
import {Retrier} from '../transport/retry.js';
import {formatUnsent} from './message.js';
import type {ThreadMessage} from './message.js';

/** Sends the visitor's messages, and tries again until the backend has them. */
export class SendQueue {
  readonly retrier = new Retrier(() => this.markWaiting());
  private isRunning = false;

  constructor(
    private readonly chat: Chat,
    private readonly messages: ThreadMessage[],
    private readonly signal: AbortSignal,
    private readonly onSent: (message: Message) => void,
  ) {}

  retry(message: ThreadMessage) {
    message.state = 'sending';
    this.save();
    this.retrier.retryNow();
    void this.run();
  }

  /** Sends one message after the other, in the order in which they were written. */
  async run() {
    if (this.isRunning) return;
    this.isRunning = true;
    const next = () => this.messages.find(({state}) => state === 'sending');
    for (let message = next(); message && !this.signal.aborted; message = next()) {
      await this.send(message);
    }
    this.isRunning = false;
  }

  /** Stores the messages in this browser that the backend does not have. */
  save() {
    const {host, storage} = this.chat;
    const text = formatUnsent(this.messages, storage.get(UNSENT_KEY));
    storage.set(UNSENT_KEY, text === '[]' ? '' : text);
    host.onChange();
  }

  /** Puts the messages that the backend does not have back into the field. */
  returnWords() {
    for (const {id, body} of this.messages) if (id === null) this.chat.drafts.addMessage(body);
  }

  private async send(message: ThreadMessage) {
    const {chat} = this;
    try {
      const {message: stored} = await this.retrier.run(() => this.post(message), this.signal);
      this.onSent(stored);
      chat.host.emit(new MariaMessageEvent(stored.id, stored.role));
    } catch (error) {
      if (this.signal.aborted) return;
      message.state = 'unsent';
      const ending = endingOf(error);
      this.save();
      if (ending) chat.fail(error);
      else chat.status.report(error);
    }
    chat.host.onChange();
  }

  private async post(message: ThreadMessage) {
    const {outbox, session} = this.chat;
    await outbox.flush();
    if (message.files.length < message.fileIds.length) await this.loadFiles(message);
    const {clientId, body, fileIds} = message;
    const sent = {client_id: clientId, body, ...(fileIds.length > 0 && {file_ids: fileIds})};
    return session.call<MessageResponse>('POST', '/api/messages', sent);
  }

  /** Loads files that the page did not get while it was loaded. Deleted files are left out. */
  private async loadFiles(message: ThreadMessage) {
    const {files} = await this.chat.session.call<Session>('GET', '/api/session');
    message.files = files.filter(({id}) => message.fileIds.includes(id));
    message.fileIds = message.files.map(({id}) => id);
  }

  private markWaiting() {
    for (const message of this.messages) {
      if (message.state === 'sending') message.isWaiting = true;
    }
    this.chat.host.onChange();
  }
}
