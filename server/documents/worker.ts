import {parentPort, workerData} from 'node:worker_threads';

import {getDocumentProxy} from 'unpdf';

import {createDataFileReader} from './character-maps.js';
import {cleanText} from '../text/clean-text.js';

export interface WorkerTask {
  bytes: Uint8Array;
  maxPages: number;
  maxCharacters: number;
}

/** Message for each page, so that the text read so far is available if a file takes too long. */
export interface ReadPage {
  pages: number;
  text: string;
  /** Whether this is the last message. */
  isLast: boolean;
  truncated: boolean;
  /** Whether text was omitted so far, because its fonts need character maps that are missing. */
  unreadable: boolean;
}

/** Limit for one image, which could otherwise require gigabytes of memory. */
const MAX_IMAGE_PIXELS = 16_777_216;
const NO_ERRORS = 0;

const readPages = async ({bytes, maxPages, maxCharacters}: WorkerTask): Promise<void> => {
  let unreadable = false;
  const pdf = await getDocumentProxy(bytes, {
    BinaryDataFactory: createDataFileReader(() => {
      unreadable = true;
    }),
    useWorkerFetch: false,
    maxImageSize: MAX_IMAGE_PIXELS,
    // No part of a file is ever executed, even if the library's default changes.
    isEvalSupported: false,
    enableXfa: false,
    disableFontFace: true,
    useSystemFonts: false,
    stopAtErrors: false,
    verbosity: NO_ERRORS,
  });
  const pages = pdf.numPages;
  const last = Math.min(pages, maxPages);
  let characters = 0;
  for (let i = 1; i <= last; i++) {
    const page = await pdf.getPage(i);
    const {items} = await page.getTextContent();
    const raw = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : ''));
    page.cleanup();
    const text = cleanText(raw.join(''));
    characters += text.length;
    const isFull = characters >= maxCharacters;
    const isLast = isFull || i === last;
    postPage({pages, text, isLast, truncated: isLast && i < pages, unreadable});
    if (isLast) return;
  }
  postPage({pages, text: '', isLast: true, truncated: false, unreadable});
};

const postPage = (page: ReadPage): void => {
  parentPort?.postMessage(page);
};

readPages(workerData as WorkerTask).catch((error: unknown) => {
  // Only the name is sent: an error of the library would arrive as `[object Object]`.
  parentPort?.postMessage({failed: error instanceof Error ? error.name : 'unknown'});
});
