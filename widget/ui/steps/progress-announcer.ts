import {interpolate, formatPercent} from '../../i18n/languages.js';
import type {Language} from '../../i18n/languages.js';
import type {FileRow} from '../../core/uploads/uploads.js';

const QUARTER = 25;

/** Speaks an upload's progress in quarters: every percent would drown the conversation. */
export class ProgressAnnouncer {
  words = '';
  private readonly heard = new Map<string, number>();

  listen(rows: FileRow[], {texts, tag}: Language) {
    for (const row of rows) {
      const quarter = Math.floor(row.percent / QUARTER) * QUARTER;
      if (row.file === null || quarter <= (this.heard.get(row.id) ?? 0)) continue;
      this.heard.set(row.id, quarter);
      const percent = formatPercent(quarter, tag);
      this.words = interpolate(texts, 'fileProgress', {name: row.name, percent});
    }
  }
}
