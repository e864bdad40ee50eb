export type ActiveContentFlag = 'javascript' | 'launch_action' | 'embedded_file' | 'encrypted';

const FLAGS: Record<string, ActiveContentFlag> = {
  JS: 'javascript',
  JavaScript: 'javascript',
  Launch: 'launch_action',
  EmbeddedFile: 'embedded_file',
  EmbeddedFiles: 'embedded_file',
  RichMedia: 'embedded_file',
  Encrypt: 'encrypted',
};
/** Maximum length of a name. It exceeds the longest flag with every letter written as #xx. */
const MAX_NAME_BYTES = 64;
/** Bytes of the previous chunk to read again: enough for `>> stream`, `1234567890 65535 obj`. */
const BORDER_BYTES = 32;

const getCharCode = (character: string): number => character.charCodeAt(0);
const [SLASH, PERCENT, BACKSLASH] = [getCharCode('/'), getCharCode('%'), getCharCode('\\')];
const [OPEN, CLOSE, SPACE] = [getCharCode('('), getCharCode(')'), getCharCode(' ')];
const [LAST_OF_STREAM, LAST_OF_OBJ] = [getCharCode('m'), getCharCode('j')];

/** Bytes that end a name or a keyword (ISO 32000-1, 7.2.2), so that /JSX does not count as /JS. */
const IS_END = new Uint8Array(256);
for (const character of '\0\t\n\f\r ()<>[]{}/%') IS_END[getCharCode(character)] = 1;

/** Keyword `stream`, which follows the dictionary of the stream. */
const STREAM = />>[\0\t\n\f\r ]*stream$/;
const OBJECT = /(?:^|[\0\t\n\f\r ()<>[\]{}/%])\d{1,10}[\0\t\n\f\r ]+\d{1,5}[\0\t\n\f\r ]+obj$/;

type Place = 'body' | 'name' | 'string' | 'comment' | 'stream';

/**
 * Scanner for the names of active content. Names count only outside strings, comments and streams
 * (ISO 32000-1, 7.2.3, 7.3.4, 7.3.8), because inside them the same bytes are text or chance. The
 * result is a hint, not a guarantee: names in compressed object streams are not visible.
 *
 * The start of an object, such as `12 0 obj`, also ends a string, comment or stream. Damaged files
 * can leave one open.
 */
export class ActiveContentScan {
  private readonly found = new Set<ActiveContentFlag>();
  private place: Place = 'body';
  private name = '';
  /** Number of open parentheses in the current string. */
  private depth = 0;
  /** Whether the next byte of the current string is escaped. */
  private isEscaped = false;
  /** Last bytes that were added. */
  private border = Buffer.alloc(0);
  /** Number of bytes in `border` that belong to the current place. */
  private borderInPlace = 0;

  private readonly lineFeed = new Finder('\n');
  private readonly carriageReturn = new Finder('\r');
  private readonly endStream = new Finder('endstream');
  private readonly object = new Finder('obj');

  /** Scans the next bytes. The chunk boundaries do not affect the result. */
  add(chunk: Uint8Array): void {
    const bytes = Buffer.concat([this.border, chunk]);
    for (const finder of this.finders) finder.use(bytes);
    const isSearch = this.place === 'comment' || this.place === 'stream';
    let start = this.border.length - this.borderInPlace;
    let at = isSearch ? start : this.border.length;
    while (at < bytes.length) {
      const {place} = this;
      const end = this.read(bytes, at);
      if (this.place !== place) start = end;
      at = end;
    }
    this.border = Buffer.from(bytes.subarray(-BORDER_BYTES));
    this.borderInPlace = Math.min(this.border.length, bytes.length - start);
  }

  /** Returns all flags that were found. Call it after the last bytes were added. */
  end(): ActiveContentFlag[] {
    if (this.place === 'name') this.endName();
    return [...this.found].sort();
  }

  private get finders(): Finder[] {
    return [this.lineFeed, this.carriageReturn, this.endStream, this.object];
  }

  /** Reads until another place begins or the bytes end. Returns that position. */
  private read(bytes: Buffer, at: number): number {
    switch (this.place) {
      case 'body':
        return this.readBody(bytes, at);
      case 'name':
        return this.readName(bytes, at);
      case 'string':
        return this.readString(bytes, at);
      case 'comment':
        return this.endOfSkip(
          bytes,
          at,
          Math.min(this.lineFeed.from(at), this.carriageReturn.from(at)) + 1,
        );
      case 'stream':
        return this.endOfSkip(bytes, at, this.endStream.from(at) + this.endStream.length);
    }
  }

  private readBody(bytes: Buffer, start: number): number {
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (!IS_END[byte]) continue;
      if (byte === SLASH) this.enter('name');
      else if (byte === OPEN) this.enter('string');
      else if (byte === PERCENT) this.enter('comment');
      else if (
        byte <= SPACE &&
        bytes[at - 1] === LAST_OF_STREAM &&
        matchesBefore(STREAM, bytes, at)
      ) {
        this.enter('stream');
      } else continue;
      return at + 1;
    }
    return bytes.length;
  }

  private enter(place: Place): void {
    this.place = place;
    this.name = '';
    this.depth = 1;
    this.isEscaped = false;
  }

  private readName(bytes: Buffer, start: number): number {
    let at = start;
    while (at < bytes.length && !IS_END[bytes[at] ?? 0]) at++;
    const end = Math.min(at, start + MAX_NAME_BYTES - this.name.length);
    if (end > start) this.name += bytes.toString('latin1', start, end);
    if (at < bytes.length) this.endName();
    return at;
  }

  private endName(): void {
    // A name may spell any letter as #xx (ISO 32000-1, 7.3.5).
    const name = this.name.includes('#')
      ? this.name.replace(/#([0-9a-f]{2})/gi, (_, hex: string) =>
          String.fromCharCode(parseInt(hex, 16)),
        )
      : this.name;
    const flag = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
    if (flag) this.found.add(flag);
    this.enter('body');
  }

  private readString(bytes: Buffer, start: number): number {
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (IS_END[byte] && bytes[at - 1] === LAST_OF_OBJ && matchesBefore(OBJECT, bytes, at)) {
        this.enter('body');
        return at;
      }
      if (this.isEscaped) this.isEscaped = false;
      else if (byte === BACKSLASH) this.isEscaped = true;
      else if (byte === OPEN) this.depth++;
      else if (byte === CLOSE && --this.depth === 0) {
        this.enter('body');
        return at + 1;
      }
    }
    return bytes.length;
  }

  /** Skips to `end`, or to the first object before it. Returns the position after the skipped bytes. */
  private endOfSkip(bytes: Buffer, start: number, end: number): number {
    for (let at = this.object.from(start); at < end; at = this.object.from(at + 1)) {
      const next = at + this.object.length;
      if (next < bytes.length && IS_END[bytes[next] ?? 0] && matchesBefore(OBJECT, bytes, next)) {
        this.enter('body');
        return next;
      }
    }
    if (end > bytes.length) return bytes.length;
    this.enter('body');
    return end;
  }
}

/** Returns whether the bytes before `at` match. */
const matchesBefore = (pattern: RegExp, bytes: Buffer, at: number): boolean =>
  pattern.test(bytes.toString('latin1', Math.max(0, at - BORDER_BYTES), at));

/** Finder for a text. It searches no byte twice, however often `from` is called. */
class Finder {
  private bytes: Buffer = Buffer.alloc(0);
  private at = -1;

  constructor(private readonly text: string) {}

  get length(): number {
    return this.text.length;
  }

  use(bytes: Buffer): void {
    this.bytes = bytes;
    this.at = -1;
  }

  /** Returns the first match at or after `start`, or infinity. `start` must never decrease. */
  from(start: number): number {
    if (this.at < start) {
      const found = this.bytes.indexOf(this.text, start, 'latin1');
      this.at = found === -1 ? Infinity : found;
    }
    return this.at;
  }
}
