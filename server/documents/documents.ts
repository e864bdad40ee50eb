import type {FastifyBaseLogger} from 'fastify';

import type {Sql} from '../database/sql.js';
import {isDatabaseDown} from '../database/failure.js';
import {storedFiles} from '../files/store.js';
import type {FileRow} from '../files/store.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {CallFailed} from '../outbound/failure.js';
import {cleanText} from '../text/clean-text.js';
import {ExtractedTextCache} from './kept-texts.js';
import {READ_LIMITS, readPdf} from './read-pdf.js';
import type {PdfText, ReadLimits} from './read-pdf.js';
import {readableFiles} from './store.js';

export interface DocumentsDeps {
  sql: Sql;
  objects: ObjectStore;
  log: FastifyBaseLogger;
  limits?: ReadLimits;
  /** How long a visitor may wait for all files of a session. */
  waitMs?: number;
  kept?: ExtractedTextCache;
}

export interface Document extends PdfText {
  id: string;
  name: string;
}

/** Of all files of a session together. */
const MAX_CHARACTERS = 30_000;
/** Others may be before them. */
const WAIT_MS = 30_000;
const UNREAD: PdfText = {pages: 0, text: '', truncated: true, unreadable: false};
/** How soon a text is forgotten whose file was deleted, or which may not be read any more. */
const POLL_INTERVAL_MS = 2_000;

/**
 * Reads the texts of a session's files, one file at a time in the whole process. What was read is
 * remembered for a while, in memory alone, and no longer than its file and the consent to read it:
 * whichever replica or command ends those.
 */
export class Documents {
  private readonly kept: ExtractedTextCache;
  private turn: Promise<void> = Promise.resolve();
  private looking: NodeJS.Timeout | undefined;

  constructor(private readonly deps: DocumentsDeps) {
    this.kept = deps.kept ?? new ExtractedTextCache();
  }

  /**
   * Those that are stored at this moment, cut so that each gets its share. What cannot be read in
   * time has no text. Throws what the signal was aborted with, and `CallFailed`.
   */
  async forSession(uuid: string, signal: AbortSignal): Promise<Document[]> {
    const {sql, waitMs = WAIT_MS} = this.deps;
    const files = await storedFiles(sql, uuid);
    const tooLate = AbortSignal.timeout(waitMs);
    const ended = AbortSignal.any([signal, tooLate]);
    const read = await Promise.all(
      files.map(async (file) => ({
        file,
        ...(await this.readText(file, ended).catch((error: unknown) => {
          signal.throwIfAborted();
          if (tooLate.aborted) return UNREAD;
          throw error;
        })),
      })),
    );
    let left = MAX_CHARACTERS;
    return read.map(({file, pages, text, truncated, unreadable}, i) => {
      const share = Math.floor(left / (read.length - i));
      const cut = text.slice(0, share).toWellFormed();
      left -= cut.length;
      return {
        id: file.id,
        name: cleanText(file.name),
        pages,
        text: cut,
        truncated: truncated || cut.length < text.length,
        unreadable,
      };
    });
  }

  private readText(file: FileRow, signal: AbortSignal): Promise<PdfText> {
    const known = this.kept.get(file.id);
    if (known) return known;
    const text = this.turn.then(() => this.read(file, signal));
    // Without what was read, which would stay as long as nothing else is.
    this.turn = text.then(
      () => undefined,
      () => undefined,
    );
    this.kept.keep(file.id, text);
    this.looking ??= setInterval(() => void this.deleteOthers(), POLL_INTERVAL_MS).unref();
    // What was broken off is no text of this file, and whoever asks next is not to get it.
    return unlessAborted(text, signal, () => {
      this.kept.delete(file.id, text);
    });
  }

  private async deleteOthers(): Promise<void> {
    const ids = this.kept.ids();
    if (ids.length === 0) {
      clearInterval(this.looking);
      this.looking = undefined;
      return;
    }
    try {
      const readable = new Set(await readableFiles(this.deps.sql, ids));
      for (const id of ids) if (!readable.has(id)) this.kept.delete(id);
    } catch (error) {
      if (!isDatabaseDown(error)) this.deps.log.error({err: error}, 'texts of documents stay');
    }
  }

  private async read(file: FileRow, signal: AbortSignal): Promise<PdfText> {
    signal.throwIfAborted();
    const bytes = await this.readBytes(file, signal);
    const started = performance.now();
    const read = await readPdf(bytes, this.deps.limits ?? READ_LIMITS, signal);
    const {pages, text, truncated, unreadable} = read;
    const ms = Math.round(performance.now() - started);
    this.deps.log.info(
      {file_id: file.id, pages, characters: text.length, truncated, unreadable, ms},
      'a document was read',
    );
    return read;
  }

  private async readBytes({key}: FileRow, signal: AbortSignal): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    try {
      const bytes = await this.deps.objects.get(key, signal);
      for await (const chunk of bytes ?? []) chunks.push(chunk);
    } catch (cause) {
      throw new CallFailed('storage_failed', {cause});
    }
    return Buffer.concat(chunks);
  }
}

const unlessAborted = <T>(
  work: Promise<T>,
  signal: AbortSignal,
  onAborted: () => void,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const end = () => {
      onAborted();
      reject(signal.reason as Error);
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, {once: true});
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', end);
    });
  });
