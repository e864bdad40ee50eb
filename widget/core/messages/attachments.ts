import type {StoredFile} from '../../../server/contract/files.js';

import type {Chat} from '../chat.js';
import type {FileRow} from '../uploads/uploads.js';
import {askPageToAccept} from '../uploads/create-uploads.js';

/** The files of the message that is being written: sent up at once, and named by it. */
export class Attachments {
  private ids = new Set<string>();

  constructor(private readonly chat: Chat) {}

  get rows(): FileRow[] {
    return this.chat.uploads?.rows.filter(({id}) => this.ids.has(id)) ?? [];
  }

  /** Nothing is on its way, and nothing has failed unnoticed. */
  get isSettled() {
    return this.rows.every(({state}) => state === 'success');
  }

  async add(files: Iterable<File>) {
    const {uploads, host} = this.chat;
    if (!uploads) return;
    const before = new Set(uploads.rows);
    await uploads.add(askPageToAccept(host, files));
    for (const row of uploads.rows) {
      if (before.has(row)) continue;
      this.ids.add(row.id);
      if (row.state === 'queued') uploads.retry(row);
    }
    host.requestUpdate();
  }

  async remove(row: FileRow) {
    if (await this.chat.uploads?.remove(row)) this.ids.delete(row.id);
  }

  retry(row: FileRow) {
    this.chat.uploads?.retry(row);
  }

  /** Those of a message that was written before the page was loaded. */
  stored(ids: string[]): StoredFile[] {
    const rows = this.chat.uploads?.rows ?? [];
    return rows.flatMap(({stored}) => (stored && ids.includes(stored.id) ? [stored] : []));
  }

  /** They belong to a message now. */
  takeFiles(): StoredFile[] {
    const taken = this.rows.flatMap(({stored}) => (stored ? [stored] : []));
    this.ids = new Set();
    return taken;
  }
}
