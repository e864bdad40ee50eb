import type {DownloadLink, StoredFile} from '../../server/contract/files.js';
import {MAX_MESSAGE_PAGE} from '../../server/contract/limits.js';
import type {Message, MessageList} from '../../server/contract/messages.js';
import type {Purpose, Session} from '../../server/contract/sessions.js';

import {MariaFileDeletedEvent} from '../events.js';
import {dialogTexts} from '../i18n/dialogs/dialog-texts.js';
import {interpolate} from '../i18n/interpolate.js';
import type {Chat} from './chat.js';
import {cleanEmail, looksLikeEmail} from './email/email-address.js';
import {cleanName} from './flow/clean-name.js';
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
  /**
   * The question that waits for the visitor's last word: about everything, which a withdrawal erases as
   * well, or about a file.
   */
  asking: 'erase' | 'withdraw' | StoredFile | null;
  /** Id of the file whose link waits for another press. */
  readyFile: string | null;
}

export interface MyDataDeps {
  chat: Chat;
  links: FileLinkOpener;
  saveFile: (file: Blob, name: string) => void;
}

/** The data stored about the visitor: to see, correct, download and erase. */
export type MyData = ReturnType<typeof createMyData>;

export const createMyData = ({chat, links, saveFile}: MyDataDeps) => {
  const {answers, flow, host, lifecycle, outbox, session, status} = chat;
  const state: MyDataState = {
    session: null,
    messages: [],
    error: null,
    isBusy: false,
    editing: null,
    asking: null,
    readyFile: null,
  };

  const patch = (change: Partial<MyDataState>) => {
    Object.assign(state, change);
    host.onChange();
  };

  /** Shows a field or a question, or neither. */
  const show = (change: Partial<Pick<MyDataState, 'editing' | 'asking'>>) =>
    patch({...change, error: null});

  const fetchMessages = async () => {
    const written: Message[] = [];
    for (let after = 0; ;) {
      const path = `/api/messages?after=${after}&limit=${MAX_MESSAGE_PAGE}`;
      const {messages, next} = await session.call<MessageList>('GET', path);
      written.push(...messages.filter(({role}) => role === 'visitor'));
      if (messages.length < MAX_MESSAGE_PAGE) return written;
      after = next;
    }
  };

  /** Loads what is stored, and shows it together with the change that has been stored before. */
  const fetch = async (change: Partial<MyDataState> = {}) => {
    // The newest decisions are sent first, so that the response has them.
    await outbox.flush();
    if (!chat.reference) return patch(change);
    const {uploads} = chat;
    const before = uploads?.storedIds ?? new Set<string>();
    const found = await session.call<Session>('GET', '/api/session');
    patch({...change, session: found});
    if (found.name) lifecycle.setVisitorName(found.name);
    const {mergeFiles} = await chat.loaders.loadResume();
    if (uploads) await mergeFiles(uploads, found.files, before);
    patch({messages: await fetchMessages()});
    await lifecycle.replayAnswers(true);
  };

  const run = async (work: () => Promise<unknown>) => {
    const {signal} = chat;
    patch({isBusy: true, asking: null, error: null});
    try {
      await work();
    } catch (error) {
      if (signal.aborted) return;
      if (endingOf(error)) return chat.fail(error);
      status.emitError(error);
      patch({error: toState(error)});
    } finally {
      patch({isBusy: false});
    }
  };

  /** Ends the conversation: neither this browser nor the backend has anything to continue. */
  const showErased = () => {
    const {reference} = chat;
    chat.reset();
    lifecycle.forget('visitor');
    flow.say((language) => interpolate(dialogTexts(language, chat), 'erased', {reference}));
    flow.waitAt({id: 'erased', type: 'end', outcome: 'refused'}, true);
  };

  return {
    state: state as Readonly<MyDataState>,
    load: () => run(fetch),
    show,
    /** Leaves a field or a question. Returns false if there is none. */
    stepBack() {
      const {asking, editing} = state;
      show({editing: null, asking: null});
      return Boolean(asking ?? editing);
    },
    async save(text: string) {
      const isEmail = state.editing === 'email';
      const value = isEmail ? cleanEmail(text) : cleanName(text);
      const isValid = isEmail ? looksLikeEmail(value) : value;
      if (!isValid) return patch({error: isEmail ? 'emailInvalid' : 'nameRequired'});
      await run(async () => {
        if (isEmail) await chat.verification!.changeEmail(value);
        else if (chat.state.sessionState === 'visit') answers.setName(value);
        else await session.call('PATCH', '/api/session', {name: value});
        await fetch({editing: null});
      });
    },
    /** Records a consent or a withdrawal with the wording that was shown. */
    changeConsent(purpose: Purpose, granted: boolean, wording: string) {
      const decision = {purpose, granted, wording, locale: chat.language.tag};
      return run(async () => {
        // The visitor sees an error here. Nothing sends the decision later.
        await outbox.record([decision]);
        answers.recordDecision(decision, true);
        if (purpose === 'personal_data' && !granted) showErased();
        else await fetch();
      });
    },
    erase: () =>
      run(async () => {
        await session.call('DELETE', '/api/session');
        showErased();
      }),
    downloadFile: (id: string) =>
      run(async () => {
        const path = `/api/files/download/${id}`;
        const isOpened = await links.open(id, () => session.call<DownloadLink>('GET', path));
        patch({readyFile: isOpened ? null : id});
      }),
    removeFile: (id: string) =>
      run(async () => {
        await session.call('DELETE', `/api/files/${id}`);
        host.emit(new MariaFileDeletedEvent(id));
        status.showToast('fileRemoved');
        await fetch();
      }),
    downloadAll: () =>
      run(async () => {
        const {reference} = chat;
        const signal = AbortSignal.timeout(EXPORT_TIMEOUT_MS);
        const archive = await (await session.fetch('/api/session/export', {signal})).blob();
        saveFile(archive, `maria-${reference}.zip`);
      }),
  };
};

const toState = (error: unknown): MyDataState['error'] => {
  // An export that ends early is a lost connection, too.
  if (!(error instanceof ClientError) || error.code === 'offline') return 'away';
  if (error.code === 'invalid_email') return 'emailInvalid';
  return error.isTransient ? 'away' : 'error';
};
