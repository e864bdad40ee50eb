import {createHash} from 'node:crypto';

/** A row of the trail as it is chained: all of it but the address, which may be forgotten. */
export interface ChainedRow {
  id: string;
  /** In UTC, to the microsecond. */
  timestamp: string;
  event_type: string;
  user_uuid: string | null;
  site_key: string | null;
  metadata: unknown;
}

/** A month as everybody writes it: 2026-11. */
export type Month = string;

const SEED = 'maria-chat audit_logs';
/**
 * A row's time is its transaction's begin, and it is chained after its commit: so much older than
 * the rows before it can only be one that was put in behind, or whose clock was set back.
 */
export const LATE_MS = 15 * 60_000;

/** What the first row of a month is chained to. */
export const chainStart = (month: Month): Buffer =>
  createHash('sha256').update(`${SEED} ${month}`).digest();

export const chainHash = (before: Uint8Array, row: ChainedRow): Buffer => {
  const {id, timestamp, event_type, user_uuid, site_key, metadata} = row;
  const entry = [id, timestamp, event_type, user_uuid, site_key, sorted(metadata)];
  return createHash('sha256').update(before).update(JSON.stringify(entry)).digest();
};

/** The database keeps the keys of an object in an order of its own, an archive's reader in another. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // Pairs, since an object would put keys that look like numbers first.
  return {pairs: entries.map(([key, one]) => [key, sorted(one)])};
};

export interface ChainEntry {
  seq: number;
  id: string;
  hash: Uint8Array;
  /** Undefined when the trail does not have it any more. */
  row: ChainedRow | undefined;
}

/** Follows one month's chain from its start and remembers where it breaks first. */
export class ChainCheck {
  /** Rows that were looked at. */
  rows = 0;
  fault: string | undefined;
  private head: Uint8Array;
  private seq = 0;
  private newestMs = 0;

  constructor(month: Month) {
    this.head = chainStart(month);
  }

  /** To be noted somewhere else: a chain that ends in it was not written anew. */
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

  /** A row that is in no chain yet, or never will be. */
  addUnchained(row: ChainedRow): void {
    this.rows++;
    this.fault ??= this.lateness(row);
  }

  private findError({seq, id, hash, row}: ChainEntry): string | undefined {
    if (seq !== this.seq + 1) return `the chain has no entry ${this.seq + 1}`;
    if (!row) return `row ${id} is missing`;
    if (!chainHash(this.head, row).equals(hash)) return `row ${id} is not what was chained`;
    return this.lateness(row);
  }

  private lateness({id, timestamp}: ChainedRow): string | undefined {
    const ms = Date.parse(timestamp);
    if (ms < this.newestMs - LATE_MS) {
      return (
        `row ${id} is ${Math.round((this.newestMs - ms) / 60_000)} minutes older than a row ` +
        'before it: it was put in later, or the database’s clock was set back'
      );
    }
    this.newestMs = Math.max(this.newestMs, ms);
    return undefined;
  }
}
