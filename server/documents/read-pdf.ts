import {Worker} from 'node:worker_threads';

import type {ReadPage, WorkerTask} from './worker.js';

export interface PdfText {
  pages: number;
  /** Empty where there is none to read: a scan, a password, a broken file. */
  text: string;
  truncated: boolean;
  /** Whether the file has text that could not be read, because its fonts need character maps that are missing. */
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
const POLL_INTERVAL_MS = 100;

/**
 * Reads a PDF's text on a thread of its own, which is ended when it takes too long or too much:
 * what it has read by then is the answer. Never throws for what is in the file.
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
      const text = texts.filter((one) => one !== '').join('\n\n');
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
    // What is unpacked lies outside of what the thread's own limit counts.
    const before = process.memoryUsage.rss();
    const watch = setInterval(() => {
      if (process.memoryUsage.rss() - before > maxMegabytes * MEBIBYTE) stop();
    }, POLL_INTERVAL_MS);
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
