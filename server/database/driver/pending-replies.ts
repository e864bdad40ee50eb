/** Size of a message's type and length. The length counts itself, but not the type. */
const HEAD_BYTES = 5;
const getCharCode = (letter: string): number => letter.charCodeAt(0);
/** `Sync` and a simple `Query`. The server responds to each with exactly one `ReadyForQuery`. */
const SYNCS = new Set(['S', 'Q'].map(getCharCode));
/** `Parse`, `Bind`, `Describe`, `Execute`, `Flush`. The server can respond before the `Sync`. */
const PARTIAL_REQUESTS = new Set(['P', 'B', 'D', 'E', 'H'].map(getCharCode));
const READY = getCharCode('Z');
/** `ErrorResponse` and `ParameterStatus`. */
const REPORT_TYPES: ReadonlySet<number> = new Set(['E', 'S'].map(getCharCode));
/** Length that is enough for the severity and code of an error, and for a setting's name. */
const MAX_BODY_BYTES = 256;
const NOTHING = Buffer.alloc(0);

/**
 * Counter of the replies that PostgreSQL has not completed yet. The driver pipelines its queries: a
 * reply to the first does not end the wait for the others, and its first bytes do not complete it.
 */
export class PendingReplies {
  /** The first reply is to the startup message, the only message without a type. */
  private pendingCount = 1;
  private hasSentStartup = false;
  /** True after a message such as `Describe`, until its `Sync` is sent. */
  private hasPartialRequest = false;
  private isServerReady = false;
  private readonly toServer = new MessageParser();
  private readonly fromServer = new MessageParser(REPORT_TYPES);

  /** `onReport` receives each error and each changed setting that the server sends. */
  constructor(private readonly onReport: (report: Buffer) => void = () => undefined) {}

  /** True once the login was accepted and the server is ready for queries. */
  get isLoggedIn(): boolean {
    return this.isServerReady;
  }

  get isEmpty(): boolean {
    return this.pendingCount <= 0 && !this.hasPartialRequest;
  }

  recordSent(bytes: Buffer): void {
    if (this.hasSentStartup) this.toServer.parse(bytes, this.onSent);
    this.hasSentStartup = true;
  }

  recordReceived(bytes: Buffer): void {
    this.fromServer.parse(bytes, this.onReceived);
  }

  private readonly onSent = (type: number): void => {
    if (PARTIAL_REQUESTS.has(type)) this.hasPartialRequest = true;
    if (!SYNCS.has(type)) return;
    this.hasPartialRequest = false;
    this.pendingCount += 1;
  };

  private readonly onReceived = (type: number, body: Buffer): void => {
    if (REPORT_TYPES.has(type)) this.onReport(body);
    if (type !== READY) return;
    this.pendingCount -= 1;
    this.isServerReady = true;
  };
}

/** Parser for the messages of one direction, which can be split anywhere between chunks. */
class MessageParser {
  /** First bytes of a head that continues in the next chunk. */
  private head: Buffer = NOTHING;
  private type = 0;
  private body: Buffer = NOTHING;
  private bytesToSkip = 0;

  /** `wanted`: types of messages whose bodies are read, up to `MAX_BODY_BYTES`. */
  constructor(private readonly wanted: ReadonlySet<number> = new Set()) {}

  /**
   * Calls `onMessage` after the body of a message if its type is wanted, otherwise after its head.
   */
  parse(bytes: Buffer, onMessage: (type: number, body: Buffer) => void): void {
    let at = 0;
    while (at < bytes.length) {
      const part = bytes.subarray(at, at + this.bytesToSkip);
      this.bytesToSkip -= part.length;
      at += part.length;
      if (part.length > 0 && this.wanted.has(this.type)) {
        this.body = Buffer.concat([this.body, part.subarray(0, MAX_BODY_BYTES - this.body.length)]);
        if (this.bytesToSkip === 0) onMessage(this.type, this.body);
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
      if (!this.wanted.has(this.type)) onMessage(this.type, NOTHING);
    }
  }
}
