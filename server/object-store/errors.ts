/** The store did not answer, answered too late or is out of order. Trying again later may help. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';

  constructor(what: string, cause: unknown) {
    super(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {cause});
  }
}

/** The region that requests are signed for is missing, or is not the bucket's. */
export class WrongRegion extends Error {
  override readonly name = 'WrongRegion';
}

/** The pages of a list do not continue each other. Trying again does not help. */
export class UnusableList extends Error {
  override readonly name = 'UnusableList';

  constructor(what: string) {
    super(
      `The object store ${what}. Expected pages of keys in order, as ListObjectsV2 of S3 returns ` +
        'them. Update the store, or use another one.',
    );
  }
}

/** The bytes that came are not as many as were announced. */
export class WrongLength extends Error {
  override readonly name = 'WrongLength';

  constructor(
    readonly announcedBytes: number,
    readonly seenBytes: number,
  ) {
    const seen = seenBytes > announcedBytes ? `at least ${seenBytes}` : `${seenBytes}`;
    super(`${announcedBytes} bytes were announced, ${seen} came.`);
  }
}

/** A key that is empty, leaves its folder, or that one of the stores could not tell from another. */
export class InvalidKey extends Error {
  override readonly name = 'InvalidKey';

  constructor(key: string) {
    super(
      `${JSON.stringify(key)} cannot be an object's key: it needs 1 to 1024 bytes in segments ` +
        'that are neither empty nor "." nor ".." and hold no control character or backslash.',
    );
  }
}
