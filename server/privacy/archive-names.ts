import {MAX_FILE_NAME_BYTES} from '../contract/limits.js';

/** Characters with a meaning in the paths of some file system. */
const UNSAFE = /[<>:"/\\|?*\p{Cc}]/gu;
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Assigns each file a unique name inside an archive, as close to the visitor's as all file systems
 * allow. Names have no path parts and differ in more than letter case or Unicode composition.
 */
export class ArchiveNames {
  private readonly taken: Set<string>;

  constructor(...taken: string[]) {
    this.taken = new Set(taken.map(fold));
  }

  assign(wanted: string): string {
    const safe = toSafeName(wanted);
    for (let i = 1; ; i++) {
      const name = i === 1 ? safe : insertMark(safe, ` (${i})`);
      if (this.taken.has(fold(name))) continue;
      this.taken.add(fold(name));
      return name;
    }
  }
}

const fold = (name: string): string => name.normalize('NFC').toLowerCase();

const toSafeName = (wanted: string): string => {
  const plain = wanted.replace(UNSAFE, '_').replace(/^[. ]+|[. ]+$/g, '');
  if (plain === '') return 'document.pdf';
  return DEVICE.test(plain) ? insertMark(`_${plain}`, '') : plain;
};

/** Inserts a mark before the extension, and shortens the name to `MAX_FILE_NAME_BYTES`. */
const insertMark = (name: string, mark: string): string => {
  const extension = /\.[a-z0-9]{1,8}$/i.exec(name)?.[0] ?? '';
  const stem = [...name.slice(0, name.length - extension.length)];
  while (Buffer.byteLength(`${stem.join('')}${mark}${extension}`) > MAX_FILE_NAME_BYTES) stem.pop();
  return `${stem.join('')}${mark}${extension}`;
};
