import {MAX_FILE_BYTES} from '../contract/limits.js';
import {makePdf} from '../test/pdf.js';
import {ROUNDS} from './counts.js';
import {createDatabase} from './databases.js';
import {startBenchStore} from './bench-store.js';
import {getCpuMs} from './process-cost.js';
import type {Program} from './process-cost.js';
import {atMost, comparison, median, formatFigure} from './row.js';
import type {Row} from './row.js';
import {sendFile} from './send-file.js';
import type {Call} from './send-file.js';
import {temporaryFolder} from './temporary-folder.js';
import {
  barePipe,
  hashingPipe,
  libStorage,
  libStorageUnchecked,
  multerS3,
  createProduct,
  createProductWithoutHash,
  tus,
} from './upload-methods.js';
import type {UploadMethod} from './upload-methods.js';

const AT_ONCE = 8;
/** Uploads of each caller: enough for the kernel's clock, which counts hundredths of a second. */
const EACH = 3;
const ROUND_MB = (AT_ONCE * EACH * MAX_FILE_BYTES) / 1_000_000;

interface Contender {
  way: UploadMethod;
  program: Program;
  calls: Call[];
  msPerMb: number[];
}

/** Measures the processor time of each server for uploads to the same store. */
export const measureUploadCost = async (): Promise<Row[]> => {
  const store = await startBenchStore();
  const folders = [await temporaryFolder(), await temporaryFolder()] as const;
  const programs: Program[] = [];
  try {
    const url = await createDatabase();
    const whole = createProduct(url, folders[0].path);
    const unhashed = createProductWithoutHash(url, folders[1].path);
    const ways = [
      whole,
      unhashed,
      barePipe,
      hashingPipe,
      libStorage,
      libStorageUnchecked,
      multerS3,
      tus,
    ];
    const contenders: Contender[] = [];
    for (const way of ways) {
      const program = await way.start(store.env);
      programs.push(program);
      const calls = await way.callers(program, AT_ONCE, MAX_FILE_BYTES);
      contenders.push({way, program, calls, msPerMb: []});
    }
    for (const contender of contenders) await round(contender, store.empty);
    for (const {msPerMb} of contenders) msPerMb.length = 0;
    for (let i = 0; i < ROUNDS; i++) {
      for (const contender of contenders) await round(contender, store.empty);
    }
    return compared(contenders);
  } finally {
    for (const {stop} of programs) await stop();
    for (const {remove} of folders) await remove();
    await store.stop();
  }
};

const round = async (
  {calls, program, msPerMb}: Contender,
  clear: () => Promise<void>,
): Promise<void> => {
  const file = makePdf(MAX_FILE_BYTES);
  const beforeMs = await getCpuMs(program.pid);
  const send = async (call: Call) => {
    for (let i = 0; i < EACH; i++) await sendFile(call, file);
  };
  await Promise.all(calls.map(send));
  msPerMb.push(((await getCpuMs(program.pid)) - beforeMs) / ROUND_MB);
  await clear();
};

const compared = (contenders: Contender[]): Row[] => {
  const [whole, unhashed, pipe, , upload] = contenders.map(({msPerMb}) => median(msPerMb));
  const what = 'upload, processor time for each MB';
  const ratio = (item: number | undefined, other: number | undefined) =>
    (item ?? NaN) / (other ?? NaN);
  return [
    atMost(`${what}: its hash left out, against a bare pipe`, ratio(unhashed, pipe), 2.5),
    atMost(`${what}: with SHA-256, against a bare pipe without`, ratio(whole, pipe), 5.5),
    atMost(
      `${what}: its hash left out, against lib-storage, which has none`,
      ratio(unhashed, upload),
      0.5,
    ),
    atMost(`${what}: with SHA-256, against lib-storage without`, ratio(whole, upload), 0.5),
    ...contenders.map(({way, msPerMb}) =>
      comparison(`${what}: ${way.name}`, `${formatFigure(median(msPerMb))} ms`),
    ),
  ];
};
