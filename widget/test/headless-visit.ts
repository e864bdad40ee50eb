/** A whole visit without a page: the core with `fetch`, a `Map` and functions instead of an element. */
import {createChat} from '../core/chat.js';
import type {Chat} from '../core/chat.js';
import type {ChatHost} from '../core/chat-host.js';
import {addFiles} from '../core/commands/add-files.js';
import {answerConsent} from '../core/commands/answer-consent.js';
import {finishUploads} from '../core/commands/finish-uploads.js';
import {startSteps} from '../core/commands/start-steps.js';
import {submitEmail} from '../core/commands/submit-email.js';
import {submitName} from '../core/commands/submit-name.js';
import {createVerification} from '../core/email/email-verification.js';
import {MessageThread} from '../core/messages/message-thread.js';
import {createMessaging} from '../core/messages/messaging.js';
import {createUploads} from '../core/uploads/create-uploads.js';
import type {SendUpload} from '../core/uploads/upload-request.js';
import {loadLanguage} from '../i18n/languages.js';

export interface VisitOptions {
  /** URL of the backend. */
  api: string;
  name: string;
  email: string;
  files: File[];
  message: string;
  /** Opens the link in the e-mail. */
  confirm: () => Promise<unknown>;
}

export interface VisitResult {
  reference: string;
  /** Lines of the conversation. */
  lines: string[];
  /** Types of the events that a page would get. */
  events: string[];
  /** Names of the values that the browser would keep. */
  kept: string[];
}

const WAIT_MS = 60_000;

/** Walks from the first question to a message after the confirmation. */
export const visit = async (options: VisitOptions): Promise<VisitResult> => {
  const {api, confirm, email, files, message, name} = options;
  const stored = new Map<string, string>();
  const storage = {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value),
    removeItem: (name: string) => void stored.delete(name),
  };
  const events: string[] = [];
  const language = await loadLanguage('en');
  const left = new AbortController();
  const host: ChatHost = {
    settings: {greeting: null, privacyUrl: null, maxFiles: null, maxFileSize: null},
    prefilled: {},
    languages: {current: language, wanted: 'en'},
    typingMs: 0,
    isAttended: true,
    onChange: () => undefined,
    emit: ({type}) => events.push(type) > 0,
    onMariaSpoke: () => undefined,
    onStep: () => undefined,
    onMayWrite: () => undefined,
    onReset: () => undefined,
    onBackendChange: () => undefined,
    onLoadError: (error) => {
      throw error;
    },
  };
  const chat = createChat({
    api,
    site: 'demo',
    platform: {fetch, storage},
    host,
    loaders: {
      loadIntake: async () => ({
        createUploads: (deps) => createUploads(deps, sendByFetch),
        createVerification,
      }),
      loadResume: () => import('../core/resume.js'),
      loadQuestions: () => import('../core/questions/questions.js'),
    },
  });
  const messaging = createMessaging(chat, () => createThread(chat));
  messaging.connect(left.signal);

  await chat.lifecycle.start();
  await startSteps(chat);
  await untilStep(chat, 'name');
  await submitName(chat, name);
  await untilStep(chat, 'consent_personal_data');
  await answerConsent(chat, true);
  await untilStep(chat, 'consent_ai_training');
  await answerConsent(chat, false);
  await untilStep(chat, 'files');
  await addFiles(chat, messaging, files);
  chat.uploads!.start();
  await until(() => chat.uploads!.storedCount === files.length, 'the files to be stored');
  finishUploads(chat);
  await untilStep(chat, 'email');
  await submitEmail(chat, email);
  await untilStep(chat, 'verify');
  await confirm();
  await untilStep(chat, 'complete');
  messaging.send(message);
  await until(() => chat.transcript.lines.at(-1)?.number, 'the message to be stored');

  const {reference} = chat;
  const lines = chat.transcript.lines.map(({from, text}) => `${from}: ${text(language)}`);
  left.abort();
  chat.reset();
  return {reference, lines, events, kept: [...stored.keys()]};
};

const createThread = (chat: Chat) =>
  new MessageThread({
    chat,
    refresh: () => undefined,
    onMessage: () => undefined,
    loadLinks: () => Promise.reject(new Error('Nothing is downloaded here.')),
  });

const sendByFetch: SendUpload = async ({url, headers, body, signal}) => {
  const response = await fetch(url, {method: 'POST', headers, body, signal});
  const retryAfter = response.headers.get('Retry-After');
  return {status: response.status, text: await response.text(), retryAfter};
};

const untilStep = ({flow, state}: Chat, id: string) =>
  until(
    () => flow.step?.id === id,
    `the step ${id}`,
    () => JSON.stringify(state),
  );

const until = async (isTrue: () => unknown, what: string, details = () => '') => {
  const end = Date.now() + WAIT_MS;
  while (!isTrue()) {
    if (Date.now() > end) throw new Error(`Waited ${WAIT_MS} ms in vain for ${what} ${details()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
