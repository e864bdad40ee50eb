import type {DownloadLink} from '../../server/contract/files.js';
import type {Message, MessageList} from '../../server/contract/messages.js';
import type {Purpose, Session} from '../../server/contract/sessions.js';
import {MAX_MESSAGE_PAGE} from '../../server/contract/limits.js';

import type {Chat, Dialog} from './chat.js';
import {ClientError} from './transport/api-client.js';
import {cleanEmail, looksLikeEmail} from './email/email-address.js';
import {cleanName} from './flow/clean-name.js';
import {MariaResetEvent} from '../events.js';
import {fetchBack} from './arriving.js';
import {endingOf} from './session/session.js';
import {mergeFiles, storedIds} from './uploads/shared-files.js';
import {interpolate} from '../i18n/languages.js';
import type {Language} from '../i18n/languages.js';
import {FileLinks} from '../ui/dialogs/file-links.js';
import {myDataView} from '../ui/dialogs/my-data-dialog.js';
import {saveFile} from '../ui/dialogs/save-file.js';
import {dialogTexts} from '../i18n/dialogs/dialog-texts.js';

/** Fifteen megabytes on a bad line. */
const EXPORT_TIMEOUT_MS = 600_000;

type Fault = 'nameRequired' | 'emailInvalid' | 'away' | 'error';

/** What is stored about the visitor: to see, correct, take along, and erase. */
export class MyData implements Dialog {
  /** Null until it has been fetched, and where nothing was ever begun. */
  session: Session | null = null;
  /** Messages that the visitor has written. */
  messages: Message[] = [];
  error: Fault | null = null;
  isBusy = false;
  editing: 'name' | 'email' | null = null;
  /** What waits for the visitor's last word: both erase everything. */
  asking: 'erase' | 'withdraw' | null = null;

  /** Id of the file whose link waits for another press. */
  readyFile: string | null = null;
  private readonly links: FileLinks;

  constructor(readonly chat: Chat) {
    this.links = new FileLinks(chat.client.api);
  }

  view(language: Language) {
    return myDataView(this, language, dialogTexts(this.chat, language));
  }

  async load() {
    await this.run(() => this.fetch());
  }

  patch(change: Partial<MyData>) {
    Object.assign(this, {error: null, ...change});
    this.chat.host.requestUpdate();
  }

  stepBack() {
    const isWithin = this.editing !== null || this.asking !== null;
    if (isWithin) this.patch({editing: null, asking: null});
    return isWithin;
  }

  async save(text: string) {
    const {answers, state} = this.chat;
    const isEmail = this.editing === 'email';
    const value = isEmail ? cleanEmail(text) : cleanName(text);
    const isRight = isEmail ? looksLikeEmail(value) : value;
    if (!isRight) return this.patch({error: isEmail ? 'emailInvalid' : 'nameRequired'});
    await this.run(async () => {
      if (isEmail) await this.chat.verification!.changeAddress(value);
      else if (state === 'visit') answers.name = value;
      else await this.call('PATCH', '/api/session', {name: value});
      await this.fetch();
      this.editing = null;
    });
  }

  /** Withdrawn on the words of the button, and agreed to on those of the question. */
  changeConsent(purpose: Purpose, granted: boolean, wording: string) {
    const {answers, outbox} = this.chat;
    const decision = {purpose, granted, wording, locale: this.chat.language.tag};
    return this.run(async () => {
      // Nobody waits for it later, if it does not get through.
      await outbox.record([decision]);
      answers.recordDecision(decision, true);
      if (purpose === 'personal_data' && !granted) this.showErased();
      else await this.fetch();
    });
  }

  erase() {
    return this.run(async () => {
      await this.call('DELETE', '/api/session');
      this.showErased();
    });
  }

  downloadFile(id: string) {
    return this.run(async () => {
      const fetchLink = () => this.call<DownloadLink>('GET', `/api/files/download/${id}`);
      this.readyFile = (await this.links.open(id, fetchLink)) ? null : id;
    });
  }

  downloadAll() {
    const {client, reference, session} = this.chat;
    return this.run(async () => {
      const ask = () =>
        client.fetch('GET', '/api/session/export', undefined, {
          signal: AbortSignal.timeout(EXPORT_TIMEOUT_MS),
        });
      const archive = await (await session.call(ask)).blob();
      saveFile(archive, `maria-${reference}.zip`);
    });
  }

  private call<T>(method: string, path: string, body?: object) {
    const {client, session} = this.chat;
    return session.call(() => client.call<T>(method, path, body));
  }

  private async fetch() {
    const {chat} = this;
    // What was decided a moment ago is to be seen, and to go before what is decided here.
    await chat.outbox.flush();
    if (!chat.reference) return;
    const before = storedIds(chat.uploads);
    const session = (this.session = await this.call<Session>('GET', '/api/session'));
    if (session.name) chat.visitorName = session.name;
    if (chat.uploads) await mergeFiles(chat.uploads, session.files, before);
    this.messages = await this.fetchMessages();
    (await fetchBack(chat))?.replayAnswers(chat, true);
  }

  private async fetchMessages() {
    const written: Message[] = [];
    for (let after = 0; ;) {
      const path = `/api/messages?after=${after}&limit=${MAX_MESSAGE_PAGE}`;
      const {messages, next} = await this.call<MessageList>('GET', path);
      written.push(...messages.filter(({role}) => role === 'visitor'));
      if (messages.length < MAX_MESSAGE_PAGE) return written;
      after = next;
    }
  }

  private async run(work: () => Promise<unknown>) {
    const {chat} = this;
    this.patch({isBusy: true, asking: null});
    try {
      await work();
    } catch (error) {
      if (endingOf(error)) return chat.fail(error);
      chat.status.emitError(error);
      this.error = faultOf(error);
    } finally {
      this.isBusy = false;
      chat.host.requestUpdate();
    }
  }

  /** Nothing is left to come back to, here or there. */
  private showErased() {
    const {chat} = this;
    const {reference} = chat;
    chat.reset();
    chat.answers.wipe();
    chat.session.forget();
    chat.visitorName = null;
    chat.host.dispatchEvent(new MariaResetEvent('visitor'));
    chat.flow.say((language) => interpolate(dialogTexts(chat, language), 'erased', {reference}));
    chat.flow.waitAt({id: 'erased', type: 'end', outcome: 'refused'}, true);
  }
}

const faultOf = (error: unknown): Fault => {
  // An archive that breaks off while it is read is the line's fault, too.
  if (!(error instanceof ClientError) || error.code === 'offline') return 'away';
  if (error.code === 'invalid_email') return 'emailInvalid';
  return error.isTransient ? 'away' : 'error';
};
