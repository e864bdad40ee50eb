import {Worker} from 'node:worker_threads';

import {withTimeout} from '../async/timeout.js';
import {MEBIBYTE} from '../units.js';
import type {ReadPage, WorkerTask} from './worker.js';

export interface PdfText {
  pages: number;
  /** Text of all pages; empty for a scan, a broken file or a file with a password. */
  text: string;
  truncated: boolean;
  /** Whether some text was not readable, because its fonts need character maps that are missing. */
  unreadable: boolean;
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
  const isIncomplete = await withTimeout(receivePages(worker, received), maxMs, () => true);
  clearInterval(memoryCheck);
  signal?.removeEventListener('abort', stop);
  stop();
  const texts = received.map((page) => page.text).filter((text) => text !== '');
  const text = texts.join('\n\n');
  const {pages = 0, unreadable = false} = received.at(-1) ?? {};
  return {
    pages,
    text: text.slice(0, maxCharacters).toWellFormed(),
    truncated: isIncomplete || text.length > maxCharacters,
    unreadable,
  };
};

/**
 * Adds pages to `received` until the last page or the end of the thread. Returns whether text is
 * missing.
 */
const receivePages = (worker: Worker, received: ReadPage[]): Promise<boolean> =>
  new Promise((resolve) => {
    const endEarly = () => {
      resolve(true);
    };
    worker.on('message', (page: ReadPage | {failed: string}) => {
      if ('failed' in page) {
        resolve(received.length > 0);
        return;
      }
      received.push(page);
      if (page.isLast) resolve(page.truncated);
    });
    worker.on('error', endEarly);
    worker.on('exit', endEarly);
  });
