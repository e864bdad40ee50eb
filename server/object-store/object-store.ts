export type Bytes = AsyncIterable<Uint8Array>;

export interface StoredObject {
  key: string;
  /** Bytes. */
  size: number;
  /** By the store's clock. */
  lastModified: Date;
}

export interface ObjectPage {
  /** At most 1,000, in the order of their keys' UTF-8 bytes. */
  objects: StoredObject[];
  /** What the store's clock said when it answered: ages are measured against it, not against ours. */
  serverTime: Date;
  /** Nothing follows; false when the store does not know yet. */
  isLast: boolean;
}

export interface Deletion {
  /** Gone for certain. A key that was never there counts. */
  deleted: string[];
  /** Perhaps still there. `code` is the store's own word, or `StoreUnavailable`. */
  failed: {key: string; code: string}[];
}

export interface DownloadLink {
  url: string;
  expiresAt: Date;
}

/**
 * Where the bytes of files are kept. Keys are paths such as `uploads/a/b.pdf`; values never change
 * once stored.
 *
 * Every method throws `StoreUnavailable` when the store does not answer, answers too late or is
 * out of order, `InvalidKey` for a key that no store could keep safely, and the signal's reason
 * after an abort.
 */
export interface ObjectStore {
  /**
   * Stores exactly `size` bytes under `key`, all or nothing: when `bytes` throws, ends early or
   * late (`WrongLength`), or `signal` aborts, nothing ever appears under the key and the
   * connection to the store is closed.
   */
  put(key: string, bytes: Bytes, size: number, signal: AbortSignal): Promise<void>;

  /** The bytes, or undefined when there are none. Read them or abort: until then they hold a connection. */
  get(key: string, signal: AbortSignal): Promise<Bytes | undefined>;

  /** The size in bytes, or undefined when the key is absent. */
  head(key: string, signal?: AbortSignal): Promise<{size: number} | undefined>;

  /**
   * Deletes in batches of at most 1,000 keys, in a versioned bucket with every version and marker.
   * What the store refuses or fails to answer is reported instead of thrown, so that a batch that
   * succeeded is never forgotten.
   */
  delete(keys: string[]): Promise<Deletion>;

  /**
   * Everything under `prefix` whose key comes after `startAfter`: pages of at most 1,000, one call
   * to the store for each, in constant memory. The last key of any page resumes the list. Throws
   * `UnusableList` where the store's pages do not continue each other.
   */
  list(prefix: string, startAfter?: string): AsyncIterable<ObjectPage>;

  /** A link for a browser: an attachment under its real name (RFC 6266, RFC 8187). */
  downloadUrl(
    key: string,
    options: {fileName: string; contentType: string; seconds: number},
  ): Promise<DownloadLink>;

  /** Removes what puts under `prefix` left behind when their process died before `olderThan`. */
  abortStaleUploads(prefix: string, olderThan: Date): Promise<number>;

  /** A cheap look whether the store is reachable; throws with the reason. */
  check(): Promise<void>;

  close(): Promise<void>;
}
