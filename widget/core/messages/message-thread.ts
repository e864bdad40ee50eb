import type {LiveEvent} from '../../../server/contract/events.js';
import type {StoredFile} from '../../../server/contract/files.js';
import type {Message} from '../../../server/contract/messages.js';

import {MariaMessageEvent} from '../../events.js';
import type {Chat} from '../chat.js';
import {UNSENT_KEY} from '../flow/answers.js';
import {endingOf} from '../session/session-end.js';
import {makeUuid} from '../session/uuid.js';
import {shareStream} from '../sync/tab-leader.js';
import {anySignal} from '../transport/any-signal.js';
import type {FileLinkOpener} from '../uploads/file-link-opener.js';
import type {FileRow} from '../uploads/file-row.js';
import {Attachments} from './attachments.js';
import {Downloads} from './downloads.js';
import {EventStream} from './event-stream.js';
import {insertByTime, moveByNumber} from './line-order.js';
import {isOwn, parseUnsent, timeOf} from './message.js';
import type {ThreadMessage} from './message.js';
import {MessageHistory} from './message-history.js';
import {SendQueue} from './send-queue.js';
import {TypingIndicator} from './typing-indicator.js';

export interface ThreadDeps {
  chat: Chat;
  /** Asks the backend for the session, because an event concerns more than messages. */
  refresh(): void;
  /** A message of the other side has arrived. */
  onMessage(): void;
  loadLinks: () => Promise<FileLinkOpener>;
}

/** The live part of a conversation: messages of both sides, and the field to write in. */
export class MessageThread {
  readonly attachments: Attachments;
  readonly downloads: Downloads;
  readonly sendQueue: SendQueue;
  private readonly chat: Chat;
  private readonly messages: ThreadMessage[] = [];
  private readonly history: MessageHistory;
  private readonly eventStream: EventStream;
  private readonly typing: TypingIndicator;
  private isOpened = false;
  /** True while this tab receives the events for all tabs. */
  private isStreamOwner = false;
  private listening = new AbortController();
  /** Shares received events with the other tabs while this one owns the stream. */
  private broadcast: (events: LiveEvent[]) => void = (events) => this.receive(events);

  constructor(private readonly deps: ThreadDeps) {
    const {chat, loadLinks} = deps;
    this.chat = chat;
    this.attachments = new Attachments(chat);
    this.downloads = new Downloads(chat, loadLinks);
    this.sendQueue = new SendQueue(chat, this.messages, chat.signal, (sent) => this.upsert(sent));
    this.history = new MessageHistory({
      session: chat.session,
      retrier: this.sendQueue.retrier,
      signal: chat.signal,
      onMessage: (message) => this.upsert(message),
      onEvent: (event) => this.apply(event),
      onGap: () => deps.refresh(),
      onFailure: (error) => chat.fail(error),
    });
    this.eventStream = new EventStream({
      fetch: (path, options) => chat.session.fetch(path, options),
      cursor: () => this.history.cursor,
      receive: (events) => this.broadcast(events),
      onEnd: (error) => (endingOf(error) ? chat.fail(error) : chat.status.report(error)),
      isAttended: () => chat.host.isAttended,
    });
    this.typing = new TypingIndicator(chat.transcript, chat.signal);
    this.restoreUnsent();
  }

  /** True while a reply is being prepared or written. */
  get isAnswered() {
    return this.typing.isShown || this.messages.some(({state}) => state === 'running');
  }

  /** True for a file of a message, also of the one that is being written. */
  hasFile(row: FileRow) {
    const isStored = ({id}: StoredFile) => id === row.stored?.id;
    return (
      this.attachments.rows.includes(row) || this.messages.some(({files}) => files.some(isStored))
    );
  }

  /** Shows the earlier messages, and receives events from then on. */
  async open(pageSignal: AbortSignal | null) {
    if (this.isOpened) return;
    this.isOpened = true;
    const loading = this.history.load();
    this.listen(pageSignal);
    this.isOpened = await loading;
    void this.sendQueue.run();
  }

  /** Sends a text of 1 to `MAX_MESSAGE_LENGTH` characters. */
  send(text: string, files: StoredFile[] = []) {
    const body = text.trim();
    // The new line is the last one, even if the clocks differ.
    const at = Math.max(Date.now(), ...this.chat.transcript.lines.map((line) => line.at));
    const message = this.add({clientId: makeUuid(), role: 'visitor', body, state: 'sending'}, at);
    Object.assign(message, {files, fileIds: files.map(({id}) => id)});
    this.sendQueue.save();
    void this.sendQueue.run();
  }

  /** Stops replies. Their text so far stays. */
  stop() {
    const {chat, messages} = this;
    const running = messages.filter(({state}) => state === 'running');
    const onStopped = () => {
      for (const one of running) one.isStopped = true;
      this.typing.hide();
    };
    const {signal} = chat;
    const onFailure = (error: unknown) => signal.aborted || chat.fail(error);
    chat.session.call('POST', '/api/messages/stop').then(onStopped, onFailure);
  }

  /** Tries again at once, after the connection or the visitor is back. */
  retryNow() {
    this.sendQueue.retrier.retryNow();
    this.eventStream.retryNow();
  }

  /** Receives events until the element leaves the page, or the signal's page is left. */
  listen(pageSignal: AbortSignal | null) {
    const {chat, eventStream} = this;
    if (!this.isOpened || !pageSignal || pageSignal.aborted) return;
    this.listening.abort();
    this.listening = new AbortController();
    const signal = anySignal(chat.signal, pageSignal, this.listening.signal);
    this.isStreamOwner = false;
    shareStream({
      name: `maria-chat:${chat.storage.site}:${chat.reference}`,
      platform: chat.client.platform,
      signal,
      receive: (events) => this.receive(events),
      read: async (broadcast) => {
        this.isStreamOwner = true;
        this.broadcast = broadcast;
        const wait = (await this.history.isLoaded) ? await eventStream.run(signal) : undefined;
        this.isStreamOwner = false;
        return wait;
      },
    });
  }

  private restoreUnsent() {
    const {storage} = this.chat;
    for (const unsent of parseUnsent(storage.get(UNSENT_KEY))) {
      const {client_id: clientId, body, file_ids: fileIds, at, is_refused: isRefused} = unsent;
      const state = isRefused ? 'unsent' : 'sending';
      const message = this.add({clientId, role: 'visitor', body, state}, at);
      Object.assign(message, {fileIds, files: this.attachments.findStored(fileIds)});
    }
  }

  private receive(events: LiveEvent[]) {
    this.chat.session.noteEvents();
    this.history.receive(events);
    this.chat.host.onChange();
  }

  private apply({type, data}: LiveEvent) {
    if (type === 'typing') return this.typing.show();
    if (type === 'message_created') {
      if (!isOwn(data.message)) this.typing.hide();
      if (this.upsert(data.message)) this.announce(data.message);
    } else if (type === 'message_delta') {
      const message = this.find(data.message_id);
      // A piece after a gap is dropped: the end of the reply has the whole text.
      if (message?.state === 'running' && data.offset <= message.body.length) {
        message.body = message.body.slice(0, data.offset) + data.text;
      }
    } else if (type === 'message_completed') {
      Object.assign(this.find(data.message_id) ?? {}, {body: data.body, state: data.state});
    } else {
      if (type === 'file_deleted') this.removeFile(data.file_id);
      this.deps.refresh();
    }
  }

  private find(messageId: number) {
    return this.messages.find(({id}) => id === messageId);
  }

  private removeFile(fileId: string) {
    for (const message of this.messages) {
      message.files = message.files.filter(({id}) => id !== fileId);
      message.fileIds = message.fileIds.filter((id) => id !== fileId);
    }
  }

  private announce(message: Message) {
    const {host} = this.chat;
    host.emit(new MariaMessageEvent(message.id, message.role));
    if (isOwn(message)) return;
    host.onMariaSpoke(this.isStreamOwner);
    this.deps.onMessage();
  }

  /** Adds or updates a message. Returns true for a new one. */
  private upsert(stored: Message) {
    const {client, transcript} = this.chat;
    const {id, client_id: clientId, role, body, state, files} = stored;
    const known = this.messages.find((one) => one.id === id || one.clientId === clientId);
    const at = timeOf(stored, client.clockOffsetMs);
    const ordinal = this.messages.filter((one) => one.id !== null).length + 1;
    const message = known ?? this.add({clientId, role, body, state}, at, ordinal);
    if (message.id === null) {
      message.line.number = id;
      transcript.arrange(moveByNumber(transcript.lines, message.line, id));
    }
    // A streamed reply may be further here than when it was stored.
    const isBehind = known?.state === 'running' && state === 'running';
    const asksForEmail = stored.asks_for_email ?? false;
    Object.assign(
      message,
      {id, files, asksForEmail, isWaiting: false},
      isBehind ? {} : {body, state},
    );
    if (known && isOwn(message)) this.sendQueue.save();
    return !known;
  }

  /** `ordinal`: of a message that the backend has. The others follow all lines. */
  private add(
    begun: Pick<ThreadMessage, 'clientId' | 'role' | 'body' | 'state'>,
    at: number,
    ordinal = Infinity,
  ) {
    const {transcript} = this.chat;
    const blank = {id: null, files: [], fileIds: [], asksForEmail: false, isWaiting: false};
    const message = {...begun, ...blank} as Omit<ThreadMessage, 'line'> as ThreadMessage;
    const from = isOwn(begun) ? 'visitor' : 'maria';
    message.line = {from, text: () => message.body, message, at, step: null};
    transcript.arrange(insertByTime(transcript.lines, message.line, ordinal));
    this.messages.push(message);
    return message;
  }
}
