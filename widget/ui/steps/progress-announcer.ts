import type {FileRow} from '../../core/uploads/file-row.js';
import {formatPercent} from '../../i18n/format.js';
import {interpolate} from '../../i18n/interpolate.js';
import type {Language} from '../../i18n/languages.js';

const QUARTER = 25;

/** Announces the progress of uploads in quarters: every percent would interrupt everything else. */
export class ProgressAnnouncer {
  /** The newest announcement. */
  text = '';
  private readonly announced = new Map<string, number>();

  /** Returns whether there is a new announcement. */
  update(rows: readonly FileRow[], {texts, locale}: Language) {
    const before = this.text;
    for (const row of rows) {
      const quarter = Math.floor(row.percent / QUARTER) * QUARTER;
      if (row.file === null || quarter <= (this.announced.get(row.id) ?? 0)) continue;
      this.announced.set(row.id, quarter);
      const percent = formatPercent(quarter, locale);
      this.text = interpolate(texts, 'fileProgress', {name: row.name, percent});
    }
    return this.text !== before;
  }
}
