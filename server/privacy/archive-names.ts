import {MAX_FILE_NAME_BYTES} from '../contract/limits.js';

/** What one file system or another takes for a path, a stream or a device. */
const UNSAFE = /[<>:"/\\|?*\p{Cc}]/gu;
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Gives each file a name of its own inside an archive, as like the visitor's as every file system
 * allows: without path parts, and no two that differ in case or composition alone.
 */
export class ArchiveNames {
  private readonly taken: Set<string>;

  constructor(...taken: string[]) {
    this.taken = new Set(taken.map(folded));
  }

  take(wanted: string): string {
    const safe = safeName(wanted);
    for (let i = 1; ; i++) {
      const name = i === 1 ? safe : numbered(safe, ` (${i})`);
      if (this.taken.has(folded(name))) continue;
      this.taken.add(folded(name));
      return name;
    }
  }
}

const folded = (name: string): string => name.normalize('NFC').toLowerCase();

const safeName = (wanted: string): string => {
  const plain = wanted.replace(UNSAFE, '_').replace(/^[. ]+|[. ]+$/g, '');
  if (plain === '') return 'document.pdf';
  return DEVICE.test(plain) ? numbered(`_${plain}`, '') : plain;
};

/** The name with a mark before its extension, within the bytes that file systems give a name. */
const numbered = (name: string, mark: string): string => {
  const extension = /\.[a-z0-9]{1,8}$/i.exec(name)?.[0] ?? '';
  const stem = [...name.slice(0, name.length - extension.length)];
  while (Buffer.byteLength(`${stem.join('')}${mark}${extension}`) > MAX_FILE_NAME_BYTES) stem.pop();
  return `${stem.join('')}${mark}${extension}`;
};
