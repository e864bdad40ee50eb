import type {DownloadLink} from '../../server/contract/files.js';
import {MAX_MESSAGE_PAGE} from '../../server/contract/limits.js';
import type {Message, MessageList} from '../../server/contract/messages.js';
import type {Purpose, Session} from '../../server/contract/sessions.js';

import {MariaFileDeletedEvent} from '../events.js';
import type {Chat} from './chat.js';
import {cleanEmail, looksLikeEmail} from './email/email-address.js';
import {cleanName} from './flow/clean-name.js';
import type {TextOf} from './flow/transcript.js';
import {endingOf} from './session/session-end.js';
import {ClientError} from './transport/api-client.js';
import type {FileLinkOpener} from './uploads/file-link-opener.js';

/** The export may have fifteen megabytes, on a slow connection. */
const EXPORT_TIMEOUT_MS = 600_000;

export interface MyDataState {
  /** Null until it has been loaded, and if there is no session. */
  session: Session | null;
  /** Messages that the visitor has written. */
  messages: Message[];
  error: 'nameRequired' | 'emailInvalid' | 'away' | 'error' | null;
  isBusy: boolean;
  editing: 'name' | 'email' | null;
  /** The question that waits for the visitor's last word. Both answers erase everything. */
  asking: 'erase' | 'withdraw' | null;
  /** Id of the file whose link waits for another press. */
  readyFile: string | null;
}

export interface MyDataDeps {
  chat: Chat;
  links: FileLinkOpener;
  saveFile: (file: Blob, name: string) => void;
  /** Text that confirms the erasure. */
  erasedText: (reference: string) => TextOf;
}

/** The data stored about the visitor: to see, correct, download and erase. */
export class MyData {
  readonly state: Readonly<MyDataState> = {
    session: null,
    messages: [],
    error: null,
    isBusy: false,
    editing: null,
    asking: null,
    readyFile: null,
  };

  constructor(private readonly deps: MyDataDeps) {}

  async load() {
    await this.run(() => this.fetch());
  }

  edit(editing: MyDataState['editing']) {
    this.patch({editing, error: null});
  }

  ask(asking: MyDataState['asking']) {
    this.patch({asking, error: null});
  }

  /** Leaves a field or a question. Returns false if there is none. */
  stepBack() {
    const {asking, editing} = this.state;
    if (editing === null && asking === null) return false;
    this.patch({editing: null, asking: null, error: null});
    return true;
  }

  async save(text: string) {
    const {answers, session, state, verification} = this.deps.chat;
    const isEmail = this.state.editing === 'email';
    const value = isEmail ? cleanEmail(text) : cleanName(text);
    const isValid = isEmail ? looksLikeEmail(value) : value;
    if (!isValid) return this.patch({error: isEmail ? 'emailInvalid' : 'nameRequired'});
    await this.run(async () => {
      if (isEmail) await verification!.changeEmail(value);
      else if (state.sessionState === 'visit') answers.setName(value);
      else await session.call('PATCH', '/api/session', {name: value});
      await this.fetch({editing: null});
    });
  }

  /** Records a consent or a withdrawal with the wording that was shown. */
  changeConsent(purpose: Purpose, granted: boolean, wording: string) {
    const {answers, language, outbox} = this.deps.chat;
    const decision = {purpose, granted, wording, locale: language.tag};
    return this.run(async () => {
      // The visitor sees an error here. Nothing sends the decision later.
      await outbox.record([decision]);
      answers.recordDecision(decision, true);
      if (purpose === 'personal_data' && !granted) this.showErased();
      else await this.fetch();
    });
  }

  erase() {
    return this.run(async () => {
      await this.deps.chat.session.call('DELETE', '/api/session');
      this.showErased();
    });
  }

  downloadFile(id: string) {
    const {chat, links} = this.deps;
    return this.run(async () => {
      const path = `/api/files/download/${id}`;
      const isOpened = await links.open(id, () => chat.session.call<DownloadLink>('GET', path));
      this.patch({readyFile: isOpened ? null : id});
    });
  }

  removeFile(id: string) {
    const {host, session, status} = this.deps.chat;
    return this.run(async () => {
      await session.call('DELETE', `/api/files/${id}`);
      host.emit(new MariaFileDeletedEvent(id));
      status.showToast('fileRemoved');
      await this.fetch();
    });
  }

  downloadAll() {
    const {chat, saveFile} = this.deps;
    const {reference, session} = chat;
    return this.run(async () => {
      const signal = AbortSignal.timeout(EXPORT_TIMEOUT_MS);
      const archive = await (await session.fetch('/api/session/export', {signal})).blob();
      saveFile(archive, `maria-${reference}.zip`);
    });
  }

  private patch(change: Partial<MyDataState>) {
    Object.assign(this.state, change);
    this.deps.chat.host.onChange();
  }

  /** Loads what is stored, and shows it together with the change that has been stored before. */
  private async fetch(change: Partial<MyDataState> = {}) {
    const {chat} = this.deps;
    const {lifecycle, outbox, session, uploads} = chat;
    // The newest decisions are sent first, so that the response has them.
    await outbox.flush();
    if (!chat.reference) return this.patch(change);
    const before = uploads?.storedIds ?? new Set<string>();
    const found = await session.call<Session>('GET', '/api/session');
    this.patch({...change, session: found});
    if (found.name) lifecycle.setVisitorName(found.name);
    await uploads?.merge(found.files, before);
    this.patch({messages: await this.fetchMessages()});
    await lifecycle.replayAnswers(true);
  }

  private async fetchMessages() {
    const written: Message[] = [];
    for (let after = 0; ;) {
      const path = `/api/messages?after=${after}&limit=${MAX_MESSAGE_PAGE}`;
      const {messages, next} = await this.deps.chat.session.call<MessageList>('GET', path);
      written.push(...messages.filter(({role}) => role === 'visitor'));
      if (messages.length < MAX_MESSAGE_PAGE) return written;
      after = next;
    }
  }

  private async run(work: () => Promise<unknown>) {
    const {chat} = this.deps;
    this.patch({isBusy: true, asking: null, error: null});
    try {
      await work();
    } catch (error) {
      if (endingOf(error)) return chat.fail(error);
      chat.status.emitError(error);
      this.patch({error: toState(error)});
    } finally {
      this.patch({isBusy: false});
    }
  }

  /** Ends the conversation: neither this browser nor the backend has anything to continue. */
  private showErased() {
    const {chat, erasedText} = this.deps;
    const {flow, lifecycle, reference} = chat;
    chat.reset();
    lifecycle.forget('visitor');
    flow.say(erasedText(reference));
    flow.waitAt({id: 'erased', type: 'end', outcome: 'refused'}, true);
  }
}

const toState = (error: unknown): MyDataState['error'] => {
  // An export that ends early is a lost connection, too.
  if (!(error instanceof ClientError) || error.code === 'offline') return 'away';
  if (error.code === 'invalid_email') return 'emailInvalid';
  return error.isTransient ? 'away' : 'error';
};
