import {Worker} from 'node:worker_threads';

import {withTimeout} from '../async/timeout.js';
import {MEBIBYTE} from '../units.js';
import type {ReadPage, WorkerTask} from './worker.js';

/** Reason for which a file has less text than its pages. */
export type ReadFailure = 'password' | 'broken' | 'too_slow';

export interface PdfText {
  pages: number;
  /** Text of each page that was read. */
  texts: string[];
  /** Text of all pages; empty for a scan, a broken file or a file with a password. */
  text: string;
  truncated: boolean;
  /** Whether some text was not readable, because its fonts need character maps that are missing. */
  unreadable: boolean;
  failure?: ReadFailure;
}

export interface ReadLimits {
  maxPages: number;
  maxMs: number;
  maxMegabytes: number;
  maxCharacters: number;
}

export const READ_LIMITS: ReadLimits = {
  maxPages: 50,
  maxMs: 15_000,
  maxMegabytes: 256,
  maxCharacters: 200_000,
};

const WORKER = new URL('./worker.js', import.meta.url);
const MEMORY_CHECK_MS = 100;

/**
 * Reads the text of a PDF in a separate thread. If it exceeds a limit, it is terminated, and the
 * text read so far is returned. No content of a file makes this function throw.
 */
export const readPdf = async (
  bytes: Uint8Array,
  limits: ReadLimits = READ_LIMITS,
  signal?: AbortSignal,
): Promise<PdfText> => {
  const {maxPages, maxCharacters, maxMs, maxMegabytes} = limits;
  const worker = new Worker(WORKER, {
    workerData: {bytes, maxPages, maxCharacters} satisfies WorkerTask,
    resourceLimits: {maxOldGenerationSizeMb: maxMegabytes},
    stdout: true,
    stderr: true,
    env: {},
  });
  const stop = () => {
    void worker.terminate();
  };
  signal?.addEventListener('abort', stop, {once: true});
  // The limit of the thread counts only its heap, and unpacked data is stored outside the heap.
  const before = process.memoryUsage.rss();
  const memoryCheck = setInterval(() => {
    if (process.memoryUsage.rss() - before > maxMegabytes * MEBIBYTE) stop();
  }, MEMORY_CHECK_MS);
  const received: ReadPage[] = [];
  const {isIncomplete, failure} = await withTimeout(
    receivePages(worker, received),
    maxMs,
    () => ENDED_EARLY,
  );
  clearInterval(memoryCheck);
  signal?.removeEventListener('abort', stop);
  stop();
  const {pages = 0, unreadable = false} = received.at(-1) ?? {};
  const texts = received.slice(0, pages).map((page) => page.text);
  const text = texts.filter((one) => one !== '').join('\n\n');
  return {
    pages,
    texts: cutTexts(texts, maxCharacters),
    text: text.slice(0, maxCharacters).toWellFormed(),
    truncated: isIncomplete || text.length > maxCharacters,
    unreadable,
    ...(failure && {failure}),
  };
};

/** Cuts the last page, because the worker stops after the page that exceeds the limit. */
const cutTexts = (texts: string[], maxCharacters: number): string[] => {
  let left = maxCharacters;
  return texts.map((text) => {
    const cut = text.slice(0, left).toWellFormed();
    left -= cut.length;
    return cut;
  });
};

interface Outcome {
  /** Whether text is missing. */
  isIncomplete: boolean;
  failure?: ReadFailure;
}

const ENDED_EARLY: Outcome = {isIncomplete: true, failure: 'too_slow'};

/** Adds pages to `received` until the last page or the end of the thread. */
const receivePages = (worker: Worker, received: ReadPage[]): Promise<Outcome> =>
  new Promise((resolve) => {
    const endEarly = () => {
      resolve(ENDED_EARLY);
    };
    worker.on('message', (page: ReadPage | {failed: string}) => {
      if ('failed' in page) {
        resolve({
          isIncomplete: received.length > 0,
          failure: page.failed === 'PasswordException' ? 'password' : 'broken',
        });
        return;
      }
      received.push(page);
      if (page.isLast) resolve({isIncomplete: page.truncated});
    });
    worker.on('error', endEarly);
    worker.on('exit', endEarly);
  });
