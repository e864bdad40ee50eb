import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';

import {makePdf} from './pdf.js';
import {makeTextPdf} from './text-pdf.js';

export interface CorpusFile {
  name: string;
  bytes: Buffer;
}

/** Returns the PDFs in the folder `TEST_PDF_DIR`, or generated ones if it is not set. */
export const readCorpus = async (): Promise<CorpusFile[]> => {
  const folder = process.env['TEST_PDF_DIR'];
  if (!folder) return GENERATED;
  const names = (await readdir(folder)).filter((name) => name.endsWith('.pdf'));
  return Promise.all(
    names.map(async (name) => ({name, bytes: await readFile(path.join(folder, name))})),
  );
};

const GENERATED: CorpusFile[] = [
  {name: 'scan.pdf', bytes: makePdf(90_000)},
  {name: 'letter.pdf', bytes: makeTextPdf([['Dear Maria,', 'JS (x) /JS'], [], ['Page 3']])},
];
