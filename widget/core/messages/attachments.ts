import type {StoredFile} from '../../../server/contract/files.js';

import type {Chat} from '../chat.js';
import {acceptFiles} from '../uploads/accept-files.js';
import type {FileRow} from '../uploads/file-row.js';

/** Files of the message that is being written. They are uploaded immediately. */
export class Attachments {
  private ids = new Set<string>();

  constructor(private readonly chat: Chat) {}

  get rows(): FileRow[] {
    return this.chat.uploads?.rows.filter(({id}) => this.ids.has(id)) ?? [];
  }

  /** True if all files are stored. */
  get isSettled() {
    return this.rows.every(({state}) => state === 'success');
  }

  /** False for a conversation without a step for files: its consents need not name them. */
  get isAllowed() {
    return this.chat.flow.graph.firstOf(({type}) => type === 'upload') !== null;
  }

  async add(files: Iterable<File>) {
    const {uploads, host, status} = this.chat;
    if (!uploads) return;
    if (!this.isAllowed) return status.showToast('filesLater');
    const before = new Set(uploads.rows);
    await uploads.add(acceptFiles(host, files));
    for (const row of uploads.rows) {
      if (before.has(row)) continue;
      this.ids.add(row.id);
      if (row.state === 'queued') uploads.retry(row);
    }
    host.onChange();
  }

  async remove(row: FileRow) {
    if (await this.chat.uploads?.remove(row)) this.ids.delete(row.id);
  }

  retry(row: FileRow) {
    this.chat.uploads?.retry(row);
  }

  /** Returns the stored files with these ids. */
  findStored(ids: string[]): StoredFile[] {
    const rows = this.chat.uploads?.rows ?? [];
    return rows.flatMap(({stored}) => (stored && ids.includes(stored.id) ? [stored] : []));
  }

  /** Returns the files and removes them here, because they belong to a sent message now. */
  takeFiles(): StoredFile[] {
    const files = this.rows.flatMap(({stored}) => (stored ? [stored] : []));
    this.ids = new Set();
    return files;
  }
}
