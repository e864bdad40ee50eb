export type ActiveContentFlag = 'javascript' | 'launch_action' | 'embedded_file' | 'encrypted';

const FLAGS: Record<string, ActiveContentFlag> = {
  '/JS': 'javascript',
  '/JavaScript': 'javascript',
  '/Launch': 'launch_action',
  '/EmbeddedFile': 'embedded_file',
  '/EmbeddedFiles': 'embedded_file',
  '/RichMedia': 'embedded_file',
  '/Encrypt': 'encrypted',
};
const NAMES = Object.keys(FLAGS).map((name) => ({flag: FLAGS[name], bytes: Buffer.from(name)}));
// What ends a name (ISO 32000-2, 7.2.3), so that /JSX or /Launched do not count.
const DELIMITERS = new Set(Buffer.from('\0\t\n\f\r ()<>[]{}/%'));
const HASH = 0x23;
const SLASH = 0x2f;
/** Longer than the longest name with every letter written as #xx. */
const OVERLAP_BYTES = 64;

/**
 * Looks for the names of active content while bytes pass. A hint, not a promise: it cannot see
 * into compressed object streams. Searches the bytes as they are: making text of them would double
 * the memory of an upload.
 */
export class ActiveContentScan {
  private readonly found = new Set<ActiveContentFlag>();
  private tail = Buffer.alloc(0);

  /** Bytes in their order; where they are cut does not matter. */
  add(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const border = Buffer.concat([this.tail, chunk.subarray(0, OVERLAP_BYTES)]);
    this.look(border);
    this.look(chunk);
    const last = chunk.length < OVERLAP_BYTES ? Buffer.concat([this.tail, chunk]) : chunk;
    this.tail = Buffer.from(last.subarray(-OVERLAP_BYTES));
  }

  /** What was found, once all bytes have been added. */
  end(): ActiveContentFlag[] {
    this.look(Buffer.concat([this.tail, Buffer.from(' ')]));
    return [...this.found].sort();
  }

  private look(bytes: Buffer): void {
    for (const {flag, bytes: name} of NAMES) {
      if (flag && !this.found.has(flag) && holdsName(bytes, name)) this.found.add(flag);
    }
    // A name may spell any letter as #xx (ISO 32000-2, 7.3.5). Each name is read once, however
    // many of its letters are spelt so.
    let at = bytes.indexOf(HASH);
    while (at !== -1) {
      const {name, end} = isEscape(bytes, at) ? escapedNameAround(bytes, at) : {name: '', end: at};
      if (Object.hasOwn(FLAGS, name)) this.found.add(FLAGS[name] as ActiveContentFlag);
      at = bytes.indexOf(HASH, Math.max(end, at + 1));
    }
  }
}

const holdsName = (bytes: Buffer, name: Buffer): boolean => {
  for (let at = bytes.indexOf(name); at !== -1; at = bytes.indexOf(name, at + 1)) {
    // At the very end the name may go on: the next look sees both sides.
    if (DELIMITERS.has(bytes[at + name.length] ?? -1)) return true;
  }
  return false;
};

const isEscape = (bytes: Buffer, at: number): boolean =>
  isHexDigit(bytes[at + 1] ?? 0) && isHexDigit(bytes[at + 2] ?? 0);

const isHexDigit = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);

/** The whole name that an escape belongs to, decoded; empty when its end is not in sight. */
const escapedNameAround = (bytes: Buffer, at: number): {name: string; end: number} => {
  const before = bytes.subarray(Math.max(0, at - OVERLAP_BYTES), at);
  const start = at - before.length + before.lastIndexOf(SLASH);
  let end = at;
  while (end < bytes.length && !DELIMITERS.has(bytes[end] ?? -1)) end++;
  if (!before.includes(SLASH) || end === bytes.length || end - start > OVERLAP_BYTES) {
    return {name: '', end};
  }
  const name = bytes
    .toString('latin1', start, end)
    .replace(/#([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return {name, end};
};
