export type Bytes = AsyncIterable<Uint8Array>;

export interface StoredObject {
  key: string;
  /** Size in bytes. */
  size: number;
  /** Time of the last change, by the store's clock. */
  lastModified: Date;
}

export interface ObjectPage {
  /** At most 1,000 objects, in the order of their keys' UTF-8 bytes. */
  objects: StoredObject[];
  /** Time of the response by the store's clock. Ages are measured against it, not our clock. */
  serverTime: Date;
  /** Whether no page follows; false also if the store does not know yet. */
  isLast: boolean;
}

export interface Deletion {
  /** Keys that certainly have no object now. Keys that never had an object are included. */
  deleted: string[];
  /** Keys that may still have an object. `code` is the store's error code or `StoreUnavailable`. */
  failed: {key: string; code: string}[];
}

export interface DownloadLink {
  url: string;
  expiresAt: Date;
}

/**
 * Storage for the bytes of files. Keys are paths such as `uploads/a/b.pdf`. A stored object never
 * changes.
 *
 * Every method throws
 * - `StoreUnavailable` if the store does not respond in time or fails,
 * - `InvalidKey` for a key that not every store can distinguish from all other keys,
 * - the signal's reason after an abort.
 */
export interface ObjectStore {
  /**
   * Stores exactly `size` bytes under `key`, or nothing. If `bytes` throws or has another length
   * (`LengthMismatch`), or if `signal` aborts, no object ever appears under the key. The connection
   * to the store is then closed.
   */
  put(key: string, bytes: Bytes, size: number, signal: AbortSignal): Promise<void>;

  /** Returns the bytes, or undefined for an absent key. Reading or aborting frees a connection. */
  get(key: string, signal: AbortSignal): Promise<Bytes | undefined>;

  /** Returns the size in bytes, or undefined for an absent key. */
  head(key: string): Promise<{size: number} | undefined>;

  /**
   * Deletes in batches of at most 1,000 keys. In a versioned bucket, it deletes every version and
   * delete marker. Refusals and failures are returned instead of thrown, so that the result also
   * contains the keys that were deleted.
   */
  delete(keys: string[]): Promise<Deletion>;

  /**
   * Lists the objects under `prefix` whose keys come after `startAfter`, in pages of at most 1,000.
   * Each page is one call to the store, and memory use is constant. The last key of any page
   * resumes the list. Throws `UnusableList` if the store's pages do not continue each other.
   */
  list(prefix: string, startAfter?: string): AsyncIterable<ObjectPage>;

  /** Returns a link that downloads the file under its real name (RFC 6266, RFC 8187). */
  createDownloadLink(
    key: string,
    options: {fileName: string; contentType: string; seconds: number},
  ): Promise<DownloadLink>;

  /** Deletes unfinished uploads under `prefix` that began before `olderThan`. Returns the count. */
  abortStaleUploads(prefix: string, olderThan: Date): Promise<number>;

  /** Checks cheaply whether the store is reachable. Throws the reason if it is not. */
  check(): Promise<void>;

  close(): Promise<void>;
}
