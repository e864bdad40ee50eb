import {Worker} from 'node:worker_threads';

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
const MEBIBYTE = 1024 * 1024;
const MEMORY_CHECK_MS = 100;

/**
 * Reads the text of a PDF in a separate thread. If it exceeds a limit, it is terminated, and the
 * text read so far is returned. No content of a file makes this function throw.
 */
export const readPdf = (
  bytes: Uint8Array,
  limits: ReadLimits = READ_LIMITS,
  signal?: AbortSignal,
): Promise<PdfText> =>
  new Promise((resolve) => {
    const {maxPages, maxCharacters, maxMs, maxMegabytes} = limits;
    const worker = new Worker(WORKER, {
      workerData: {bytes, maxPages, maxCharacters} satisfies WorkerTask,
      resourceLimits: {maxOldGenerationSizeMb: maxMegabytes},
      stdout: true,
      stderr: true,
      env: {},
    });
    const texts: string[] = [];
    let pages = 0;
    let unreadable = false;
    const finish = (truncated: boolean) => {
      clearTimeout(timer);
      clearInterval(watch);
      signal?.removeEventListener('abort', stop);
      void worker.terminate();
      const text = texts.filter((pageText) => pageText !== '').join('\n\n');
      resolve({
        pages,
        text: text.slice(0, maxCharacters).toWellFormed(),
        truncated: truncated || text.length > maxCharacters,
        unreadable,
      });
    };
    const stop = () => {
      finish(true);
    };
    const timer = setTimeout(stop, maxMs);
    // The limit of the thread counts only its heap, and unpacked data is stored outside the heap.
    const before = process.memoryUsage.rss();
    const watch = setInterval(() => {
      if (process.memoryUsage.rss() - before > maxMegabytes * MEBIBYTE) stop();
    }, MEMORY_CHECK_MS);
    signal?.addEventListener('abort', stop, {once: true});
    worker.on('message', (page: ReadPage | {failed: string}) => {
      if ('failed' in page) {
        finish(texts.length > 0);
        return;
      }
      ({pages, unreadable} = page);
      texts.push(page.text);
      if (page.isLast) finish(page.truncated);
    });
    worker.on('error', stop);
    worker.on('exit', stop);
  });
