import {createHash} from 'node:crypto';

import {formatCount} from '../../text/count.js';
import {MINUTE_MS} from '../../units.js';

/** The hashed part of an audit row: everything except the IP address, which can be redacted. */
export interface ChainedRow {
  id: string;
  /** In UTC, to the microsecond. */
  timestamp: string;
  event_type: string;
  user_uuid: string | null;
  site_key: string | null;
  metadata: unknown;
}

/** Month such as `2026-11`. */
export type Month = string;

const SEED = 'maria-chat audit_logs';
/**
 * Greatest age difference between a chained row and the rows before it. A row's time is the begin
 * of its transaction, and it is chained after the commit. An older row was inserted later, or the
 * database's clock was set back.
 */
export const LATE_MS = 15 * MINUTE_MS;

/** Returns the hash that the first row of a month is chained to. */
export const chainStart = (month: Month): Buffer =>
  createHash('sha256').update(`${SEED} ${month}`).digest();

export const chainHash = (before: Uint8Array, row: ChainedRow): Buffer => {
  const {id, timestamp, event_type, user_uuid, site_key, metadata} = row;
  const entry = [id, timestamp, event_type, user_uuid, site_key, sortKeys(metadata)];
  return createHash('sha256').update(before).update(JSON.stringify(entry)).digest();
};

/** Sorts the keys of objects: the database and `JSON.parse` order them differently. */
const sortKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // The entries stay pairs, because an object moves keys that look like numbers to the front.
  return {pairs: entries.map(([key, member]) => [key, sortKeys(member)])};
};

export interface ChainEntry {
  seq: number;
  id: string;
  hash: Uint8Array;
  /** The chained row; undefined if it is no longer in the audit log. */
  row: ChainedRow | undefined;
}

/** Checks one month's chain from its start and records its first break. */
export class ChainCheck {
  /** Number of checked rows. */
  rows = 0;
  fault: string | undefined;
  private head: Uint8Array;
  private seq = 0;
  private newestMs = 0;

  constructor(month: Month) {
    this.head = chainStart(month);
  }

  /** The last hash. A copy outside the database proves later that the chain was not rewritten. */
  get headHash(): string {
    return Buffer.from(this.head).toString('hex');
  }

  get lastSeq(): number {
    return this.seq;
  }

  add({seq, id, hash, row}: ChainEntry): void {
    if (row) this.rows++;
    this.fault ??= this.findError({seq, id, hash, row});
    this.seq = seq;
    this.head = hash;
  }

  /** Checks a row that is not in a chain yet, or never will be. */
  addUnchained(row: ChainedRow): void {
    this.rows++;
    this.fault ??= this.findLateness(row);
  }

  private findError({seq, id, hash, row}: ChainEntry): string | undefined {
    if (seq !== this.seq + 1) return `the chain has no entry ${this.seq + 1}`;
    if (!row) return `row ${id} is missing`;
    if (!chainHash(this.head, row).equals(hash))
      return `row ${id} was changed after it was chained`;
    return this.findLateness(row);
  }

  private findLateness({id, timestamp}: ChainedRow): string | undefined {
    const ms = Date.parse(timestamp);
    if (ms < this.newestMs - LATE_MS) {
      return (
        `row ${id} is ${formatCount(Math.round((this.newestMs - ms) / MINUTE_MS), 'minute')} older than a row ` +
        'before it: it was inserted later, or the database’s clock was set back'
      );
    }
    this.newestMs = Math.max(this.newestMs, ms);
    return undefined;
  }
}
