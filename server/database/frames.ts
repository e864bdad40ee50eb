const HEADER_BYTES = 5;

/**
 * Tells the types of PostgreSQL's messages while their bytes pass, wherever these are cut: a byte
 * of type, then a length of 32 bits that counts itself (protocol 3.0, message formats).
 */
export class Frames {
  private header = Buffer.alloc(0);
  private skipBytes: number;

  /** `untypedBytes`: what comes before the first message with a type, for a client's greeting. */
  constructor(untypedBytes = 0) {
    this.skipBytes = untypedBytes;
  }

  /** The types of the messages that begin in these bytes. */
  add(bytes: Uint8Array): string[] {
    const types: string[] = [];
    let at = 0;
    while (at < bytes.length) {
      const skipped = Math.min(this.skipBytes, bytes.length - at);
      this.skipBytes -= skipped;
      at += skipped;
      const part = bytes.subarray(at, at + HEADER_BYTES - this.header.length);
      this.header = Buffer.concat([this.header, part]);
      at += part.length;
      if (this.header.length < HEADER_BYTES) continue;
      types.push(String.fromCharCode(this.header[0] ?? 0));
      this.skipBytes = this.header.readUInt32BE(1) + 1 - HEADER_BYTES;
      this.header = Buffer.alloc(0);
    }
    return types;
  }
}
