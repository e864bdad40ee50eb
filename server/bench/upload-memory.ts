import {MAX_FILE_BYTES} from '../contract/limits.js';
import {makePdf} from '../test/pdf.js';
import {MEBIBYTE} from '../units.js';
import {UPLOADS} from './counts.js';
import {createDatabase} from './databases.js';
import {startBenchStore} from './bench-store.js';
import {measurePeakBytes, getResidentBytes} from './process-cost.js';
import {atMost, comparison, formatFigure} from './row.js';
import type {Row} from './row.js';
import {sendFile} from './send-file.js';
import {temporaryFolder} from './temporary-folder.js';
import {barePipe, libStorage, multerS3, createProduct, tus} from './upload-methods.js';
import type {UploadMethod} from './upload-methods.js';

const WARM_UP = 20;
/** Slow enough for all uploads to be in progress at once. */
const PACE = {chunkBytes: 64 * 1024, pauseMs: 100};

/** Measures the resident memory of the server's process during many slow uploads. */
export const measureUploadMemory = async (): Promise<Row[]> => {
  const folder = await temporaryFolder();
  const rows: Row[] = [];
  try {
    const own = createProduct(await createDatabase(), folder.path);
    for (const way of [own, barePipe, libStorage, multerS3, tus]) {
      const {each, details} = await memoryOf(way);
      const what = `memory of each of ${UPLOADS} slow uploads of 5 MB at once, in MiB: ${way.name}`;
      if (way === own) rows.push(atMost(what, each, 1, details));
      else rows.push(comparison(what, `${formatFigure(each)}${details}`));
    }
  } finally {
    await folder.remove();
  }
  return rows;
};

const memoryOf = async (way: UploadMethod): Promise<{each: number; details: string}> => {
  const store = await startBenchStore();
  const program = await way.start(store.env);
  try {
    const calls = await way.callers(program, UPLOADS, MAX_FILE_BYTES);
    const file = makePdf(MAX_FILE_BYTES);
    // Warm up, so that one-time costs are not counted for each upload. The uploads run one by one,
    // so that no memory of a crowd remains.
    for (const call of calls.slice(0, WARM_UP)) await sendFile(call, file);
    const before = await getResidentBytes(program.pid);
    const peak = await measurePeakBytes(program.pid, async () => {
      await Promise.all(calls.map((call) => sendFile(call, file, PACE)));
    });
    const mib = (bytes: number) => (bytes / MEBIBYTE).toFixed(0);
    return {
      each: (peak - before) / UPLOADS / MEBIBYTE,
      details: ` (${mib(before)} MiB before, ${mib(peak)} MiB at most)`,
    };
  } finally {
    await program.stop();
    await store.stop();
  }
};
