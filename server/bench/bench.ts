import {sweepCost} from './sweep.js';
import {uploadMemory} from './upload-memory.js';

/** A figure beside the bar it has to stay under, both from this run. */
export interface Row {
  what: string;
  figure: string;
  bar: string;
  isMet: boolean;
}

const rows: Row[] = [...(await uploadMemory()), ...(await sweepCost())];

for (const {what, figure, bar, isMet} of rows) {
  process.stdout.write(`${isMet ? 'met    ' : 'not met'}  ${what}: ${figure} (bar: ${bar})\n`);
}
process.exitCode = rows.every(({isMet}) => isMet) ? 0 : 1;
