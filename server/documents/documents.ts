import type {FastifyBaseLogger} from 'fastify';

import type {Sql} from '../database/connect.js';
import {storedFiles} from '../files/store.js';
import type {FileRow} from '../files/store.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {READ_LIMITS, readPdf} from './read-pdf.js';
import type {PdfText, ReadLimits} from './read-pdf.js';

export interface DocumentsParts {
  sql: Sql;
  objects: ObjectStore;
  log: FastifyBaseLogger;
  limits?: ReadLimits;
}

export interface Document extends PdfText {
  id: string;
  name: string;
}

/** Of all files of a session together. */
const MAX_CHARACTERS = 30_000;
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

  /** Those that are stored at this moment, cut so that each gets its share. */
  async of(uuid: string, signal: AbortSignal): Promise<Document[]> {
    const files = await storedFiles(this.parts.sql, uuid);
    const read = await Promise.all(
      files.map(async (file) => ({file, ...(await this.textOf(file, signal))})),
    );
    let left = MAX_CHARACTERS;
    return read.map(({file, pages, text, truncated}, i) => {
      const share = Math.floor(left / (read.length - i));
      const cut = text.slice(0, share).toWellFormed();
      left -= cut.length;
      return {
        id: file.id,
        name: file.name,
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
    this.keep(file.id, {text, until: now + KEPT_MS});
    // What was broken off is no text of this file.
    text.then(
      () => {
        if (signal.aborted) this.kept.delete(file.id);
      },
      () => this.kept.delete(file.id),
    );
    return text;
  }

  private async read({id, key}: FileRow, signal: AbortSignal): Promise<PdfText> {
    signal.throwIfAborted();
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await this.parts.objects.get(key, signal)) ?? []) chunks.push(chunk);
    const started = performance.now();
    const read = await readPdf(Buffer.concat(chunks), this.parts.limits ?? READ_LIMITS, signal);
    const {pages, text, truncated} = read;
    const ms = Math.round(performance.now() - started);
    this.parts.log.info(
      {file_id: id, pages, characters: text.length, truncated, ms},
      'a document was read',
    );
    return read;
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
