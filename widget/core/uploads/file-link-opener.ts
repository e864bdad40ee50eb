import type {DownloadLink} from '../../../server/contract/files.js';

/** Opens short-lived links of stored files. */
export interface FileLinkOpener {
  /** Returns false if the link is kept for another press of the visitor. */
  open(id: string, fetchLink: () => Promise<DownloadLink>): Promise<boolean>;
}
