import type {LiveEvent} from '../../../server/contract/events.js';
import type {StoredFile} from '../../../server/contract/files.js';
import {MAX_MESSAGE_LENGTH, MAX_MESSAGE_PAGE} from '../../../server/contract/limits.js';
import type {Message, MessageList} from '../../../server/contract/messages.js';

import {UNSENT_KEY} from '../flow/answers.js';
import {anySignal} from '../transport/any-signal.js';
import type {Chat} from '../chat.js';
import type {FetchOptions} from '../transport/api-client.js';
import {MariaMessageEvent} from '../../events.js';
import {endingOf} from '../session/session.js';
import {makeUuid} from '../session/uuid.js';
import {Attachments} from './attachments.js';
import {SendQueue} from './send-queue.js';
import {Downloads} from './downloads.js';
import {EventStream, SILENCE_MS} from './event-stream.js';
import {shareStream} from '../sync/tab-leader.js';
import {isOwn, readUnsent, timeOf} from './message.js';
import type {ThreadMessage} from './message.js';
import {messageView} from '../../ui/messages/message-view.js';
import {composerView} from '../../ui/messages/composer.js';
import {TitleBadge} from '../../ui/messages/title-badge.js';

/** Whoever types for longer says so again. */
const TYPING_MS = 6_000;

const isTooLong = (text: string) => [...text.trim()].length > MAX_MESSAGE_LENGTH;

/** The live part of a conversation: what is written, what is answered, and what happens meanwhile. */
export class MessageThread {
  /** What stands in the field. */
  draft = '';
  readonly attachments: Attachments;
  readonly downloads: Downloads;
  readonly sendQueue: SendQueue;
  private readonly said: ThreadMessage[] = [];
  private lastEvent = 0;
  private lastHeardAt = 0;
  /** What is heard here first, the other tabs hear from it. */
  private isStreamOwner = false;
  private isOpened = false;
  /** False while it is being fetched; what is heard meanwhile waits. */
  private hasHistory = false;
  private history = Promise.resolve(false);
  private readonly waitingEvents: LiveEvent[] = [];
  private typingTimer = 0;
  private readonly eventStream: EventStream;
  private readonly title: TitleBadge;
  private readonly leaving = new AbortController();
  private listening = new AbortController();

  constructor(readonly chat: Chat) {
    this.attachments = new Attachments(chat);
    this.downloads = new Downloads(chat);
    this.title = new TitleBadge(this.leaving.signal);
    this.sendQueue = new SendQueue(chat, this.said, this.signal, (message) => this.upsert(message));
    this.eventStream = new EventStream({
      fetch: (path, asking) => this.ask('GET', path, asking),
      cursor: () => this.lastEvent,
      receive: (events) => this.broadcast(events),
      onEnd: (error) => this.onStreamEnd(error),
      isAttended: () => chat.host.isOpen && !document.hidden,
    });
    chat.signal.addEventListener('abort', () => this.stopReading());
    for (const unsent of readUnsent(chat.storage.get(UNSENT_KEY))) {
      const {client_id: clientId, body, file_ids: fileIds, at} = unsent;
      const said = this.add({clientId, role: 'visitor', body, state: 'sending'}, at);
      Object.assign(said, {fileIds, files: this.attachments.stored(fileIds)});
    }
  }

  /** An answer is being thought about, or written. */
  get isAnswered() {
    return this.typingTimer > 0 || this.said.some(({state}) => state === 'running');
  }

  /** Whether this tab, or one beside it, hears what happens as it happens. */
  get isStreaming() {
    return Date.now() - this.lastHeardAt < SILENCE_MS;
  }

  get isTooLong() {
    return isTooLong(this.draft);
  }

  get canSend() {
    const {isSettled} = this.attachments;
    return this.draft.trim() !== '' && !this.isTooLong && isSettled;
  }

  readonly view = composerView(this);

  /** Shows what was said before, and reads on from there. */
  async open() {
    if (this.isOpened) return;
    this.isOpened = true;
    this.history = this.readHistory();
    this.listen();
    this.isOpened = await this.history;
    void this.sendQueue.run();
  }

  type(draft: string) {
    this.draft = draft;
    this.chat.host.requestUpdate();
  }

  sendDraft() {
    if (!this.canSend) return;
    const {draft} = this;
    this.draft = '';
    this.send(draft, this.attachments.takeFiles());
  }

  /** What is written is sent as it is; the field keeps what the visitor has in it. */
  send(text: string, files: StoredFile[] = []) {
    const body = text.trim();
    if (!body) return;
    // Too much at once is the visitor's to shorten.
    if (isTooLong(body)) return this.type(body);
    // Clocks differ a little; what is written now comes last all the same.
    const at = Math.max(Date.now(), ...this.chat.transcript.lines.map((line) => line.at));
    const said = this.add({clientId: makeUuid(), role: 'visitor', body, state: 'sending'}, at);
    Object.assign(said, {files, fileIds: files.map(({id}) => id)});
    this.sendQueue.save();
    void this.sendQueue.run();
  }

  /** The words written so far stay. */
  stop() {
    const {chat, said} = this;
    const running = said.filter(({state}) => state === 'running');
    const call = () => chat.client.call('POST', '/api/messages/stop');
    const broadcast = () => {
      for (const one of running) one.isStopped = true;
      this.hideTyping();
    };
    void chat.session.call(call).then(broadcast, (error: unknown) => chat.fail(error));
  }

  /** The line is back, or somebody looks again. */
  retryNow() {
    this.sendQueue.retrier.retryNow();
    this.eventStream.retryNow();
  }

  private get signal() {
    return this.leaving.signal;
  }

  private stopReading() {
    this.leaving.abort();
    clearTimeout(this.typingTimer);
  }

  /** False where it cannot be had; then it is tried anew when the talk is opened again. */
  private async readHistory() {
    try {
      await this.sendQueue.retrier.run(() => this.loadHistory(), this.signal);
    } catch (error) {
      if (!this.signal.aborted) this.chat.fail(error);
      return false;
    }
    this.hasHistory = true;
    this.receive(this.waitingEvents.splice(0));
    return true;
  }

  private async loadHistory() {
    let last = 0;
    let lastEvent: number | undefined;
    for (;;) {
      const path = `/api/messages?after=${last}&limit=${MAX_MESSAGE_PAGE}`;
      const page = await this.call<MessageList>('GET', path);
      for (const message of page.messages) this.upsert(message);
      last = page.next;
      // What happened while the pages came is told once more, which harms nothing.
      lastEvent ??= page.last_event;
      if (page.messages.length < MAX_MESSAGE_PAGE) return void (this.lastEvent = lastEvent);
    }
  }

  /** As long as the element is on the page. Somebody who comes back hears what was missed. */
  listen() {
    const {chat, eventStream} = this;
    if (!this.isOpened || !chat.pageSignal || chat.pageSignal.aborted) return;
    this.listening.abort();
    this.listening = new AbortController();
    const signal = anySignal(this.signal, chat.pageSignal, this.listening.signal);
    const name = `maria-chat:${chat.storage.site}:${chat.reference}`;
    this.isStreamOwner = false;
    shareStream(
      name,
      async (broadcast) => {
        this.isStreamOwner = true;
        this.broadcast = broadcast;
        const rest = (await this.history) ? await eventStream.run(signal) : undefined;
        this.isStreamOwner = false;
        return rest;
      },
      (events) => this.receive(events),
      signal,
    );
    const on = (target: EventTarget, type: string) =>
      target.addEventListener(type, () => this.retryNow(), {signal});
    on(window, 'online');
    on(document, 'visibilitychange');
    on(document, 'maria-open');
  }

  /** Replaced by what tells the other tabs as well. */
  private broadcast: (events: LiveEvent[]) => void = (events) => this.receive(events);

  private receive(events: LiveEvent[]) {
    this.lastHeardAt = Date.now();
    for (const event of events) {
      const {seq} = event;
      if (!this.hasHistory) this.waitingEvents.push(event);
      else if (seq === null) this.apply(event);
      // One was missed, such as while this tab was frozen.
      else if (seq > this.lastEvent + 1) void this.catchUp();
      else if (seq > this.lastEvent) {
        this.lastEvent = seq;
        this.apply(event);
      }
    }
    this.chat.host.requestUpdate();
  }

  private async catchUp() {
    this.hasHistory = false;
    await this.readHistory();
    this.hasHistory = true;
    // What was missed may have been another event than a message.
    if (!this.signal.aborted) this.chat.refresh?.();
  }

  private apply({type, data}: LiveEvent) {
    const {chat} = this;
    if (type === 'typing') return this.showTyping();
    if (type === 'message_created') {
      if (!isOwn(data.message)) this.hideTyping();
      const isNew = this.upsert(data.message);
      if (isNew) this.announce(data.message);
    } else if (type === 'message_delta') {
      const said = this.said.find(({id}) => id === data.message_id);
      // A piece that leaves a hole is dropped: the end brings the whole text.
      if (said?.state === 'running' && data.offset <= said.body.length)
        said.body = said.body.slice(0, data.offset) + data.text;
    } else if (type === 'message_completed') {
      const said = this.said.find(({id}) => id === data.message_id);
      if (said) Object.assign(said, {body: data.body, state: data.state});
    } else {
      if (type === 'file_deleted')
        for (const said of this.said) {
          said.files = said.files.filter(({id}) => id !== data.file_id);
          said.fileIds = said.fileIds.filter((id) => id !== data.file_id);
        }
      chat.refresh?.();
    }
  }

  private showTyping() {
    this.hideTyping();
    this.chat.transcript.showTyping(true);
    this.typingTimer = window.setTimeout(() => this.hideTyping(), TYPING_MS);
  }

  private hideTyping() {
    clearTimeout(this.typingTimer);
    this.typingTimer = 0;
    this.chat.transcript.showTyping(false);
  }

  private announce(message: Message) {
    const {host} = this.chat;
    host.dispatchEvent(new MariaMessageEvent(message.id, message.role));
    if (isOwn(message)) return;
    host.onMariaSpoke(this.isStreamOwner);
    this.title.count();
  }

  /** True for one that was not known. */
  private upsert(message: Message) {
    const {id, client_id: clientId, role, body, state, files} = message;
    const known = this.said.find((said) => said.id === id || said.clientId === clientId);
    const said =
      known ??
      this.add({clientId, role, body, state}, timeOf(message, this.chat.client.clockOffsetMs));
    if (said.id === null) this.chat.transcript.number(said.line, id);
    // What streams is known further than it was when it was stored.
    const isBehind = known?.state === 'running' && state === 'running';
    Object.assign(said, {id, files, isWaiting: false}, isBehind ? {} : {body, state});
    if (known && isOwn(message)) this.sendQueue.save();
    return !known;
  }

  private add(begun: Pick<ThreadMessage, 'clientId' | 'role' | 'body' | 'state'>, at: number) {
    const blank = {id: null, files: [], fileIds: [], isWaiting: false};
    const said = {...begun, ...blank} as Omit<ThreadMessage, 'line'> as ThreadMessage;
    said.line = this.chat.transcript.insert({
      from: isOwn(begun) ? 'visitor' : 'maria',
      text: () => said.body,
      view: messageView(this, said),
      at,
    });
    this.said.push(said);
    return said;
  }

  /** What has ended is looked into by a call that says how. */
  private onStreamEnd(error: unknown) {
    if (endingOf(error)) this.chat.fail(error);
    else this.chat.status.report(error);
  }

  /** What is answered to a conversation that has ended is not to get into the next one. */
  private async call<T>(method: string, path: string, body?: object) {
    const {client, session} = this.chat;
    const answer = await session.call(() => client.call<T>(method, path, body));
    this.signal.throwIfAborted();
    return answer;
  }

  private ask(method: string, path: string, asking: FetchOptions) {
    const {client, session} = this.chat;
    return session.call(() => client.fetch(method, path, undefined, asking));
  }
}
