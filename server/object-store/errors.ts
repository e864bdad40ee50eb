/** Error for a store that does not respond in time or reports a failure. A retry can succeed. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';

  constructor(what: string, cause: unknown) {
    super(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {cause});
  }
}

/** Error for a signing region that is missing or is not the bucket's region. */
export class WrongRegion extends Error {
  override readonly name = 'WrongRegion';
}

/** Error for a bucket that does not exist or that the credentials cannot open. */
export class UnusableBucket extends Error {
  override readonly name = 'UnusableBucket';

  constructor(
    readonly code: 'NoSuchBucket' | 'AccessDenied',
    message: string,
    cause: unknown,
  ) {
    super(message, {cause});
  }
}

/** Error for list pages that do not continue each other. A retry does not help. */
export class UnusableList extends Error {
  override readonly name = 'UnusableList';

  constructor(what: string) {
    super(
      `The object store ${what}. Expected pages of keys in order, as ListObjectsV2 of S3 returns ` +
        'them. Update the store, or use another one.',
    );
  }
}

/** Error for a number of bytes that differs from the announced number. */
export class LengthMismatch extends Error {
  override readonly name = 'LengthMismatch';

  constructor(
    readonly announcedBytes: number,
    readonly seenBytes: number,
  ) {
    const seen = seenBytes > announcedBytes ? `at least ${seenBytes}` : `${seenBytes}`;
    super(`Expected the announced ${announcedBytes} bytes, received ${seen}.`);
  }
}

/** Error for a key that is empty, leaves its folder, or could be confused with another key. */
export class InvalidKey extends Error {
  override readonly name = 'InvalidKey';

  constructor(key: string) {
    super(
      `${JSON.stringify(key)} is not a valid object key. Expected 1 to 1024 bytes without control ` +
        'characters and backslashes, in segments that are neither empty nor "." nor "..".',
    );
  }
}
