import type {FastifyBaseLogger} from 'fastify';

import {untilAborted} from '../async/timeout.js';
import type {Sql} from '../database/sql.js';
import {isDatabaseDown} from '../database/errors.js';
import {listStoredFiles} from '../files/store.js';
import type {FileRow} from '../files/store.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {CallFailed} from '../outbound/call-failed.js';
import {cleanText} from '../text/clean-text.js';
import {ExtractedTextCache} from './text-cache.js';
import {READ_LIMITS, readPdf} from './read-pdf.js';
import type {PdfText, ReadLimits} from './read-pdf.js';
import {findReadableFiles} from './store.js';

export interface DocumentsDeps {
  sql: Sql;
  objects: ObjectStore;
  log: FastifyBaseLogger;
  limits?: ReadLimits;
  /** Time limit for all files of a session, in milliseconds, because a visitor waits. */
  waitMs?: number;
  /** Returns which of these files may still be read (default: with consent to replies). */
  findReadable?: (sql: Sql, ids: string[]) => Promise<string[]>;
  cache?: ExtractedTextCache;
}

export interface SessionDocument extends Omit<PdfText, 'texts' | 'failure'> {
  id: string;
  name: string;
}

/** Maximum for all files of a session together. */
const MAX_CHARACTERS = 30_000;
/** Longest wait for a file's text. Files that were requested earlier are read first. */
const WAIT_MS = 30_000;
const UNREAD: PdfText = {
  pages: 0,
  texts: [],
  text: '',
  truncated: true,
  unreadable: false,
  failure: 'too_slow',
};
/** Interval at which texts are deleted whose file was deleted or whose consent was withdrawn. */
const POLL_INTERVAL_MS = 2_000;

interface Wait {
  signal: AbortSignal;
  tooLate: AbortSignal;
}

/**
 * Extractor for the texts of a session's files. It reads one file at a time in the whole process.
 *
 * Texts are cached only in memory, for a limited time. A text is deleted soon after its file is
 * deleted or the consent to read it is withdrawn, even by another replica or a command.
 */
export class PdfTextExtractor {
  private readonly cache: ExtractedTextCache;
  private queue: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly deps: DocumentsDeps) {
    this.cache = deps.cache ?? new ExtractedTextCache();
  }

  /**
   * Returns the texts of the files that are stored now, cut so that each file gets a fair share. A
   * file that cannot be read in time has no text. Throws the reason of the signal, or `CallFailed`.
   */
  async forSession(uuid: string, signal: AbortSignal): Promise<SessionDocument[]> {
    const files = await listStoredFiles(this.deps.sql, uuid);
    const wait = this.startWait(signal);
    const read = await Promise.all(
      files.map(async (file) => ({file, ...(await this.readInTime(file, wait))})),
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

  /** Returns the text of one file. Throws like `forSession`. */
  forFile(file: FileRow, signal: AbortSignal): Promise<PdfText> {
    return this.readInTime(file, this.startWait(signal));
  }

  private startWait(signal: AbortSignal): Wait {
    return {signal, tooLate: AbortSignal.timeout(this.deps.waitMs ?? WAIT_MS)};
  }

  private readInTime(file: FileRow, {signal, tooLate}: Wait): Promise<PdfText> {
    return this.readText(file, AbortSignal.any([signal, tooLate])).catch((error: unknown) => {
      signal.throwIfAborted();
      if (tooLate.aborted) return UNREAD;
      throw error;
    });
  }

  private readText(file: FileRow, signal: AbortSignal): Promise<PdfText> {
    const cached = this.cache.get(file.id);
    if (cached) return cached;
    const text = this.queue.then(() => this.read(file, signal));
    // Keeps no result in the queue, because it would stay in memory until the next file is read.
    this.queue = text.then(
      () => undefined,
      () => undefined,
    );
    this.cache.set(file.id, text);
    this.timer ??= setInterval(() => void this.deleteOutdated(), POLL_INTERVAL_MS).unref();
    // An aborted read is not cached: the next call must read the file again.
    return untilAborted(text, signal).catch((error: unknown) => {
      if (signal.aborted) this.cache.delete(file.id, text);
      throw error;
    });
  }

  private async deleteOutdated(): Promise<void> {
    const ids = this.cache.listIds();
    if (ids.length === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
      return;
    }
    try {
      const {sql, findReadable = findReadableFiles} = this.deps;
      const readable = new Set(await findReadable(sql, ids));
      for (const id of ids) if (!readable.has(id)) this.cache.delete(id);
    } catch (error) {
      if (!isDatabaseDown(error))
        this.deps.log.error({err: error}, 'failed to delete outdated texts of documents');
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
