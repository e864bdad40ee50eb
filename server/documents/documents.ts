import type {FastifyBaseLogger} from 'fastify';

import type {Sql} from '../database/connect.js';
import {storedFiles} from '../files/store.js';
import type {FileRow} from '../files/store.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {CallFailed} from '../outbound/failure.js';
import {cleanText} from './clean-text.js';
import {READ_LIMITS, readPdf} from './read-pdf.js';
import type {PdfText, ReadLimits} from './read-pdf.js';

export interface DocumentsParts {
  sql: Sql;
  objects: ObjectStore;
  log: FastifyBaseLogger;
  limits?: ReadLimits;
  /** How long a visitor may wait for all files of a session. */
  waitMs?: number;
}

export interface Document extends PdfText {
  id: string;
  name: string;
}

/** Of all files of a session together. */
const MAX_CHARACTERS = 30_000;
/** Others may be before them. */
const WAIT_MS = 30_000;
const UNREAD: PdfText = {pages: 0, text: '', truncated: true};
const KEPT_MS = 30 * 60_000;
const MAX_KEPT = 50;

interface Kept {
  text: Promise<PdfText>;
  until: number;
}

/**
 * Reads the texts of a session's files, one file at a time in the whole process. What was read is
 * remembered for a while, in memory alone: a text that lay in a table would have to be forgotten
 * with its file.
 */
export class Documents {
  private readonly kept = new Map<string, Kept>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: DocumentsParts) {}

  /**
   * Those that are stored at this moment, cut so that each gets its share. What cannot be read in
   * time has no text. Throws what the signal was aborted with, and `CallFailed`.
   */
  async of(uuid: string, signal: AbortSignal): Promise<Document[]> {
    const {sql, waitMs = WAIT_MS} = this.parts;
    const files = await storedFiles(sql, uuid);
    const tooLate = AbortSignal.timeout(waitMs);
    const ended = AbortSignal.any([signal, tooLate]);
    const read = await Promise.all(
      files.map(async (file) => ({
        file,
        ...(await this.textOf(file, ended).catch((error: unknown) => {
          signal.throwIfAborted();
          if (tooLate.aborted) return UNREAD;
          throw error;
        })),
      })),
    );
    let left = MAX_CHARACTERS;
    return read.map(({file, pages, text, truncated}, i) => {
      const share = Math.floor(left / (read.length - i));
      const cut = text.slice(0, share).toWellFormed();
      left -= cut.length;
      return {
        id: file.id,
        name: cleanText(file.name),
        pages,
        text: cut,
        truncated: truncated || cut.length < text.length,
      };
    });
  }

  private textOf(file: FileRow, signal: AbortSignal): Promise<PdfText> {
    const now = performance.now();
    const known = this.kept.get(file.id);
    if (known && known.until > now) return known.text;
    const text = this.turn.then(() => this.read(file, signal));
    this.turn = text.catch(() => undefined);
    const kept = {text, until: now + KEPT_MS};
    this.keep(file.id, kept);
    // What was broken off is no text of this file, and whoever asks next is not to get it.
    const forget = () => {
      if (this.kept.get(file.id) === kept) this.kept.delete(file.id);
    };
    signal.addEventListener('abort', forget, {once: true});
    text.then(() => {
      signal.removeEventListener('abort', forget);
    }, forget);
    return Promise.race([text, abortOf(signal)]);
  }

  private async read(file: FileRow, signal: AbortSignal): Promise<PdfText> {
    signal.throwIfAborted();
    const bytes = await this.bytesOf(file, signal);
    const started = performance.now();
    const read = await readPdf(bytes, this.parts.limits ?? READ_LIMITS, signal);
    const {pages, text, truncated} = read;
    const ms = Math.round(performance.now() - started);
    this.parts.log.info(
      {file_id: file.id, pages, characters: text.length, truncated, ms},
      'a document was read',
    );
    return read;
  }

  private async bytesOf({key}: FileRow, signal: AbortSignal): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    try {
      const bytes = await this.parts.objects.get(key, signal);
      for await (const chunk of bytes ?? []) chunks.push(chunk);
    } catch (cause) {
      throw new CallFailed('storage_failed', {cause});
    }
    return Buffer.concat(chunks);
  }

  private keep(id: string, kept: Kept): void {
    this.kept.delete(id);
    for (const [oldest] of this.kept) {
      if (this.kept.size < MAX_KEPT) break;
      this.kept.delete(oldest);
    }
    this.kept.set(id, kept);
  }
}

const abortOf = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const end = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, {once: true});
  });
