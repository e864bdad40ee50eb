import type {DownloadLink} from '../../../server/contract/files.js';

import type {FileLinkOpener} from '../../core/uploads/file-link-opener.js';
import {saveFile} from './save-file.js';

/** Safari blocks a tab that opens more than about a second after the press. */
const PRESS_LASTS_MS = 800;
/** The shortest lifetime that is worth a second press; the server's default is a minute. */
const KEPT_MS = 30_000;

/**
 * Opens short-lived links of files. If a link comes too late after the press, it is kept for the next
 * press.
 */
export const createFileLinks = (api: string): FileLinkOpener => {
  const links = new Map<string, {url: string; until: number}>();
  return {
    async open(id: string, fetchLink: () => Promise<DownloadLink>) {
      const kept = links.get(id);
      links.delete(id);
      if (kept && Date.now() < kept.until) {
        saveFile(kept.url);
        return true;
      }
      const pressedAt = Date.now();
      const url = new URL((await fetchLink()).url, api).href;
      const isInTime = Date.now() - pressedAt < PRESS_LASTS_MS;
      if (isInTime) saveFile(url);
      else links.set(id, {url, until: Date.now() + KEPT_MS});
      return isInTime;
    },
  };
};
