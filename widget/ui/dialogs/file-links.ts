import type {DownloadLink} from '../../../server/contract/files.js';

import {saveFile} from './save-file.js';

/** Safari blocks a tab that opens more than about a second after the press. */
const PRESS_LASTS_MS = 800;
/** The shortest lifetime that is worth a second press; the server's default is a minute. */
const KEPT_MS = 30_000;

/** Short-lived links of files, by file id. */
export class FileLinks {
  private readonly kept = new Map<string, {url: string; until: number}>();

  constructor(private readonly api: string) {}

  /**
   * Opens the link of a file. If the link comes too late after the press, it is kept for the next
   * press, and false is returned.
   */
  async open(id: string, fetchLink: () => Promise<DownloadLink>): Promise<boolean> {
    const kept = this.kept.get(id);
    this.kept.delete(id);
    if (kept && Date.now() < kept.until) {
      saveFile(kept.url);
      return true;
    }
    const pressedAt = Date.now();
    const url = new URL((await fetchLink()).url, this.api).href;
    const isInTime = Date.now() - pressedAt < PRESS_LASTS_MS;
    if (isInTime) saveFile(url);
    else this.kept.set(id, {url, until: Date.now() + KEPT_MS});
    return isInTime;
  }
}
