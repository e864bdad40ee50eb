/** Maximum number of keys that S3 lists or deletes in one call. The disk store uses it too. */
export const MAX_BATCH_KEYS = 1000;

export function* splitIntoBatches<T>(items: T[]): Iterable<T[]> {
  for (let start = 0; start < items.length; start += MAX_BATCH_KEYS) {
    yield items.slice(start, start + MAX_BATCH_KEYS);
  }
}
