/** Type and length of a message; the length counts itself, but not the type. */
const HEAD_BYTES = 5;
const code = (letter: string): number => letter.charCodeAt(0);
/** `Sync` and a simple `Query`: each is answered by one `ReadyForQuery`, whatever came before it. */
const ASKS = new Set(['S', 'Q'].map(code));
/** `Parse`, `Bind`, `Describe`, `Execute`, `Flush`: answered as well, be it before the `Sync`. */
const BUILDS = new Set(['P', 'B', 'D', 'E', 'H'].map(code));
const READY = code('Z');

/**
 * What the server still owes on a connection. The driver sends queries one behind the other: an
 * answer to the first says nothing of those behind it, and its beginning nothing of its end.
 */
export class Outstanding {
  /** The greeting asks as well, and is the one message without a type. */
  private owed = 1;
  private isGreeted = false;
  /** A statement to be described, say, which no `Sync` has followed yet. */
  private isHalfAsked = false;
  private readonly toServer = new Messages();
  private readonly fromServer = new Messages();

  get isNone(): boolean {
    return this.owed <= 0 && !this.isHalfAsked;
  }

  sent(bytes: Uint8Array): void {
    if (!this.isGreeted) {
      this.isGreeted = true;
      return;
    }
    for (const type of this.toServer.in(bytes)) {
      if (BUILDS.has(type)) this.isHalfAsked = true;
      if (!ASKS.has(type)) continue;
      this.isHalfAsked = false;
      this.owed += 1;
    }
  }

  received(bytes: Uint8Array): void {
    for (const type of this.fromServer.in(bytes)) if (type === READY) this.owed -= 1;
  }
}

/** Walks over the messages of one direction, however they are cut into pieces. */
class Messages {
  /** The head of a message that was cut in the middle of it. */
  private head: number[] = [];
  private bytesToSkip = 0;

  /** The types of those whose head ends in these bytes. */
  *in(bytes: Uint8Array): Generator<number> {
    for (let at = 0; at < bytes.length;) {
      const skipped = Math.min(this.bytesToSkip, bytes.length - at);
      this.bytesToSkip -= skipped;
      at += skipped;
      while (this.head.length < HEAD_BYTES && at < bytes.length) this.head.push(bytes[at++] ?? 0);
      if (this.head.length < HEAD_BYTES) return;
      const [type = 0, ...length] = this.head;
      this.head = [];
      this.bytesToSkip = Buffer.from(length).readUInt32BE() - length.length;
      yield type;
    }
  }
}
