import {fill, formatPercent} from './texts.js';
import type {Language} from './texts.js';
import type {Uploads} from './uploads.js';
import {stateText} from './views/file-words.js';

const QUARTER = 25;

/** Speaks an upload's progress in quarters: every percent would drown the conversation. */
export class ProgressAnnouncer {
  words = '';
  private readonly heard = new Map<string, number>();
  private readonly faults = new Map<string, string>();

  listen(uploads: Pick<Uploads, 'rows' | 'limits'> | null, language: Language) {
    const news: string[] = [];
    const tell = (name: string, percent: string) =>
      news.push(fill(language.texts, 'fileProgress', {name, percent}));
    for (const row of uploads?.rows ?? []) {
      const {file, id, name, reason} = row;
      const quarter = Math.floor(row.percent / QUARTER) * QUARTER;
      if (file && quarter > (this.heard.get(id) ?? 0)) {
        this.heard.set(id, quarter);
        tell(name, formatPercent(quarter, language.tag));
      }
      if (reason && reason !== this.faults.get(id)) tell(name, stateText(uploads!, row, language));
      this.faults.set(id, reason ?? '');
    }
    if (news.length > 0) this.words = news.join(' ');
  }
}
