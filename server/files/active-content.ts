export type ActiveContentFlag = 'javascript' | 'launch_action' | 'embedded_file' | 'encrypted';

// Names end at a delimiter (ISO 32000-2, 7.2.3), so that /JSX or /Launched do not count.
const END = '(?=[\\0\\s()<>[\\]{}/%])';
const NAMES: [ActiveContentFlag, RegExp][] = [
  ['javascript', new RegExp(`/(?:JS|JavaScript)${END}`)],
  ['launch_action', new RegExp(`/Launch${END}`)],
  ['embedded_file', new RegExp(`/(?:EmbeddedFiles?|RichMedia)${END}`)],
  ['encrypted', new RegExp(`/Encrypt${END}`)],
];
/** Longer than the longest name with every letter written as #xx. */
const OVERLAP_BYTES = 64;

/**
 * Looks for the names of active content while bytes pass. A hint, not a promise: it cannot see
 * into compressed object streams.
 */
export class ActiveContentScan {
  private readonly found = new Set<ActiveContentFlag>();
  private tail = '';

  /** Bytes in their order; where they are cut does not matter. */
  add(bytes: Uint8Array): void {
    const text = this.tail + asBuffer(bytes).toString('latin1');
    this.look(text);
    this.tail = text.slice(-OVERLAP_BYTES);
  }

  /** What was found, once all bytes have been added. */
  end(): ActiveContentFlag[] {
    this.look(`${this.tail} `);
    return [...this.found].sort();
  }

  private look(text: string): void {
    // A name may spell any letter as #xx (ISO 32000-2, 7.3.5).
    const plain = text.includes('#') ? text.replace(/#([0-9a-f]{2})/gi, decoded) : text;
    for (const [flag, name] of NAMES) {
      if (!this.found.has(flag) && name.test(plain)) this.found.add(flag);
    }
  }
}

const decoded = (_: string, hex: string): string => String.fromCharCode(parseInt(hex, 16));

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
