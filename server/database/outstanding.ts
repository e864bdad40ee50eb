/** Type and length of a message; the length counts itself, but not the type. */
const HEAD_BYTES = 5;
const code = (letter: string): number => letter.charCodeAt(0);
/** `Sync` and a simple `Query`: each is answered by one `ReadyForQuery`, whatever came before it. */
const ASKS = new Set(['S', 'Q'].map(code));
/** `Parse`, `Bind`, `Describe`, `Execute`, `Flush`: answered as well, be it before the `Sync`. */
const BUILDS = new Set(['P', 'B', 'D', 'E', 'H'].map(code));
const READY = code('Z');
/** `ErrorResponse` and `ParameterStatus`. */
const REPORTS: ReadonlySet<number> = new Set(['E', 'S'].map(code));
/** An error begins with its severity and its code; names of settings are short. */
const MAX_BODY_BYTES = 256;
const NOTHING = Buffer.alloc(0);

/**
 * What the server still owes on a connection. The driver sends queries one behind the other: an
 * answer to the first says nothing of those behind it, and its beginning nothing of its end.
 */
export class PendingReplies {
  /** The greeting asks as well, and is the one message without a type. */
  private owed = 1;
  private isGreeted = false;
  /** A statement to be described, say, which no `Sync` has followed yet. */
  private isHalfAsked = false;
  private isServerReady = false;
  private readonly toServer = new Messages();
  private readonly fromServer = new Messages(REPORTS);

  /** `onReport` gets each error and each changed setting that the server sends. */
  constructor(private readonly onReport: (report: Buffer) => void = () => undefined) {}

  /** The login has been accepted, and the server takes queries. */
  get isLoggedIn(): boolean {
    return this.isServerReady;
  }

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

  private readonly onReceived = (type: number, body: Buffer): void => {
    if (REPORTS.has(type)) this.onReport(body);
    if (type !== READY) return;
    this.owed -= 1;
    this.isServerReady = true;
  };
}

/** Walks over the messages of one direction, however they are cut into pieces. */
class Messages {
  /** The head of a message that was cut in the middle of it. */
  private head: Buffer = NOTHING;
  private type = 0;
  private body: Buffer = NOTHING;
  private bytesToSkip = 0;

  /** `wanted`: types of messages whose bodies are read, up to `MAX_BODY_BYTES`. */
  constructor(private readonly wanted: ReadonlySet<number> = new Set()) {}

  /** Reports the type of each message: at the end of its body if that is wanted, else of its head. */
  walk(bytes: Buffer, tell: (type: number, body: Buffer) => void): void {
    let at = 0;
    while (at < bytes.length) {
      const part = bytes.subarray(at, at + this.bytesToSkip);
      this.bytesToSkip -= part.length;
      at += part.length;
      if (part.length > 0 && this.wanted.has(this.type)) {
        this.body = Buffer.concat([this.body, part.subarray(0, MAX_BODY_BYTES - this.body.length)]);
        if (this.bytesToSkip === 0) tell(this.type, this.body);
      }
      const missing = HEAD_BYTES - this.head.length;
      const rest = bytes.subarray(at, at + missing);
      at += rest.length;
      const head = this.head.length > 0 ? Buffer.concat([this.head, rest]) : rest;
      this.head = head.length < HEAD_BYTES ? head : NOTHING;
      if (head.length < HEAD_BYTES) return;
      this.bytesToSkip = head.readUInt32BE(1) - (HEAD_BYTES - 1);
      this.type = head.readUInt8(0);
      this.body = NOTHING;
      if (!this.wanted.has(this.type)) tell(this.type, NOTHING);
    }
  }
}
