import type {Message, MessageResponse} from '../../../server/contract/messages.js';
import type {Session} from '../../../server/contract/sessions.js';

import {UNSENT_KEY} from '../flow/answers.js';
import type {Chat} from '../chat.js';
import {MariaMessageEvent} from '../../events.js';
import {Retrier} from '../transport/retry.js';
import {endingOf} from '../session/session.js';
import {writeUnsent} from './message.js';
import type {ThreadMessage} from './message.js';

/** What the visitor has written is on its way until the backend has it, however often it is tried. */
export class SendQueue {
  readonly retrier = new Retrier(() => this.markWaiting());
  private isRunning = false;

  constructor(
    private readonly chat: Chat,
    private readonly said: ThreadMessage[],
    private readonly signal: AbortSignal,
    private readonly onSent: (message: Message) => void,
  ) {}

  retry(said: ThreadMessage) {
    said.state = 'sending';
    this.retrier.retryNow();
    void this.run();
    this.chat.host.requestUpdate();
  }

  /** One after the other, as they were written. */
  async run() {
    if (this.isRunning) return;
    this.isRunning = true;
    const next = () => this.said.find(({state}) => state === 'sending');
    for (let said = next(); said && !this.signal.aborted; said = next())
      await this.deliverOne(said);
    this.isRunning = false;
  }

  /** In this browser, until the backend has it. */
  save() {
    const {storage, host} = this.chat;
    const text = writeUnsent(this.said, storage.get(UNSENT_KEY));
    if (text === '[]') storage.remove(UNSENT_KEY);
    else storage.set(UNSENT_KEY, text);
    host.requestUpdate();
  }

  private async deliverOne(said: ThreadMessage) {
    const {chat} = this;
    try {
      const {message} = await this.retrier.run(() => this.post(said), this.signal);
      this.onSent(message);
      chat.host.dispatchEvent(new MariaMessageEvent(message.id, message.role));
    } catch (error) {
      if (this.signal.aborted) return;
      said.state = 'unsent';
      if (endingOf(error)) chat.fail(error);
      else chat.status.report(error);
    }
    chat.host.requestUpdate();
  }

  private async post(said: ThreadMessage) {
    const {client, outbox, session} = this.chat;
    await outbox.flush();
    if (said.files.length < said.fileIds.length) await this.loadFiles(said);
    const {clientId, body, fileIds} = said;
    const sent = {client_id: clientId, body, ...(fileIds.length > 0 && {file_ids: fileIds})};
    return session.call(() => client.call<MessageResponse>('POST', '/api/messages', sent));
  }

  /** The backend was unavailable when the page was loaded. Files deleted since then are left out. */
  private async loadFiles(said: ThreadMessage) {
    const {client, session} = this.chat;
    const {files} = await session.call(() => client.call<Session>('GET', '/api/session'));
    said.files = files.filter(({id}) => said.fileIds.includes(id));
    said.fileIds = said.files.map(({id}) => id);
  }

  private markWaiting() {
    for (const said of this.said) if (said.state === 'sending') said.isWaiting = true;
    this.chat.host.requestUpdate();
  }
}
