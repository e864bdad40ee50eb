/** Type and length of a message; the length counts itself, but not the type. */
const HEAD_BYTES = 5;
const code = (letter: string): number => letter.charCodeAt(0);
/** `Sync` and a simple `Query`: each is answered by one `ReadyForQuery`, whatever came before it. */
const ASKS = new Set(['S', 'Q'].map(code));
/** `Parse`, `Bind`, `Describe`, `Execute`, `Flush`: answered as well, be it before the `Sync`. */
const BUILDS = new Set(['P', 'B', 'D', 'E', 'H'].map(code));
const READY = code('Z');
const NOTHING = Buffer.alloc(0);

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

  sent(bytes: Buffer): void {
    if (this.isGreeted) this.toServer.walk(bytes, this.onSent);
    this.isGreeted = true;
  }

  received(bytes: Buffer): void {
    this.fromServer.walk(bytes, this.onReceived);
  }

  private readonly onSent = (type: number): void => {
    if (BUILDS.has(type)) this.isHalfAsked = true;
    if (!ASKS.has(type)) return;
    this.isHalfAsked = false;
    this.owed += 1;
  };

  private readonly onReceived = (type: number): void => {
    if (type === READY) this.owed -= 1;
  };
}

/** Walks over the messages of one direction, however they are cut into pieces. */
class Messages {
  /** The head of a message that was cut in the middle of it. */
  private head: Buffer = NOTHING;
  private bytesToSkip = 0;

  /** Tells the type of each whose head ends in these bytes. */
  walk(bytes: Buffer, tell: (type: number) => void): void {
    let at = 0;
    while (at < bytes.length) {
      const skipped = Math.min(this.bytesToSkip, bytes.length - at);
      this.bytesToSkip -= skipped;
      at += skipped;
      const missing = HEAD_BYTES - this.head.length;
      const rest = bytes.subarray(at, at + missing);
      at += rest.length;
      const head = this.head.length > 0 ? Buffer.concat([this.head, rest]) : rest;
      this.head = head.length < HEAD_BYTES ? head : NOTHING;
      if (head.length < HEAD_BYTES) return;
      this.bytesToSkip = head.readUInt32BE(1) - (HEAD_BYTES - 1);
      tell(head.readUInt8(0));
    }
  }
}
