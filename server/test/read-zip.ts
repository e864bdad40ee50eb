const ENTRY = 0x02014b50;
const END = Buffer.from('504b0506', 'hex');
const END_BYTES = 22;

/** Reads the uncompressed files of a ZIP from its central directory. */
export const readZip = (zip: Buffer): Map<string, Buffer> => {
  const end = zip.lastIndexOf(END);
  if (end !== zip.length - END_BYTES) throw new Error('The file is not a complete ZIP archive.');
  const contents = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < zip.readUInt16LE(end + 10); i++) {
    if (zip.readUInt32LE(at) !== ENTRY) throw new Error(`No entry at ${at}.`);
    const getLength = (offset: number) => zip.readUInt16LE(at + offset);
    const name = zip.toString('utf8', at + 46, at + 46 + getLength(28));
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    if (contents.has(name)) throw new Error(`${name} is contained twice.`);
    contents.set(name, zip.subarray(start, start + zip.readUInt32LE(at + 24)));
    at += 46 + getLength(28) + getLength(30) + getLength(32);
  }
  return contents;
};

/** Returns the content of `session.json`. */
export const parseSession = (contents: Map<string, Buffer>, folder = ''): Record<string, unknown> =>
  JSON.parse(contents.get(`${folder}session.json`)?.toString() ?? 'null') as Record<
    string,
    unknown
  >;
