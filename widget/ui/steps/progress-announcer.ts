import type {FileRow} from '../../core/uploads/file-row.js';
import {formatPercent} from '../../i18n/format.js';
import type {Language} from '../../i18n/languages.js';

const QUARTER = 25;

export type ProgressAnnouncer = ReturnType<typeof createAnnouncer>;

/** Announces the progress of uploads in quarters: every percent would interrupt everything else. */
export const createAnnouncer = () => {
  const announced = new Map<string, number>();
  let newest = '';
  return {
    /** The newest announcement. */
    get text() {
      return newest;
    },
    /** Returns whether there is a new announcement. */
    update(rows: readonly FileRow[], language: Language) {
      const before = newest;
      for (const row of rows) {
        const quarter = Math.floor(row.percent / QUARTER) * QUARTER;
        if (row.file === null || quarter <= (announced.get(row.id) ?? 0)) continue;
        announced.set(row.id, quarter);
        newest = `${row.name}: ${formatPercent(quarter, language)}`;
      }
      return newest !== before;
    },
  };
};
