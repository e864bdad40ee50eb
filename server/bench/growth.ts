import {makePdf} from '../test/pdf.js';
import {MEBIBYTE} from '../units.js';
import {SMALL_UPLOADS} from './counts.js';
import {createDatabase} from './databases.js';
import {startBenchStore} from './bench-store.js';
import {getResidentBytes} from './process-cost.js';
import {atMost, median} from './row.js';
import type {Row} from './row.js';
import {sendFile} from './send-file.js';
import {temporaryFolder} from './temporary-folder.js';
import {createProduct} from './upload-methods.js';

const FILES_OF_A_VISIT = 100;
const AT_ONCE = 8;
const FILE_BYTES = 20_000;

/** Checks that memory does not grow: compares the last tenth of many uploads with the second. */
export const measureMemoryGrowth = async (): Promise<Row[]> => {
  const store = await startBenchStore();
  const folder = await temporaryFolder();
  const way = createProduct(await createDatabase(), folder.path);
  const program = await way.start(store.env);
  try {
    const visits = Math.ceil(SMALL_UPLOADS / FILES_OF_A_VISIT);
    const calls = await way.callers(program, visits, FILE_BYTES);
    const file = makePdf(FILE_BYTES);
    const resident: number[] = [];
    let begun = 0;
    const send = async () => {
      for (;;) {
        const call = calls[Math.floor(begun / FILES_OF_A_VISIT)];
        if (!call || begun++ >= SMALL_UPLOADS) return;
        await sendFile(call, file);
        resident.push(await getResidentBytes(program.pid));
      }
    };
    await Promise.all(Array.from({length: AT_ONCE}, send));
    const tenth = Math.floor(SMALL_UPLOADS / 10);
    const early = median(resident.slice(tenth, 2 * tenth));
    const late = median(resident.slice(-tenth));
    const mib = (bytes: number) => (bytes / MEBIBYTE).toFixed(0);
    return [
      atMost(
        `memory over ${SMALL_UPLOADS} uploads, the last tenth against the second`,
        late / early,
        1.1,
        ` (${mib(early)} and ${mib(late)} MiB)`,
      ),
    ];
  } finally {
    await program.stop();
    await folder.remove();
    await store.stop();
  }
};
