import type {DownloadLink} from '../../../server/contract/files.js';

import type {Chat} from '../chat.js';
import type {FileLinkOpener} from '../uploads/file-link-opener.js';

/** Downloads and deletes files of messages. Each file has a state of its own. */
export class Downloads {
  private readonly states = new Map<string, 'loading' | 'ready' | 'failed'>();
  private links: FileLinkOpener | null = null;

  constructor(
    private readonly chat: Chat,
    private readonly loadLinks: () => Promise<FileLinkOpener>,
  ) {}

  stateOf(id: string) {
    return this.states.get(id);
  }

  begin(id: string) {
    return this.run(id, async () => {
      this.links ??= await this.loadLinks();
      const path = `/api/files/download/${id}`;
      const fetchLink = () => this.chat.session.call<DownloadLink>('GET', path);
      return (await this.links.open(id, fetchLink)) ? undefined : 'ready';
    });
  }

  /** Deletes a file. Its row goes when the backend reports that. */
  erase(id: string) {
    return this.run(id, async () => {
      await this.chat.session.call('DELETE', `/api/files/${id}`);
    });
  }

  private async run(id: string, work: () => Promise<'ready' | void>) {
    const {host, status} = this.chat;
    this.states.set(id, 'loading');
    host.onChange();
    try {
      const state = await work();
      if (state) this.states.set(id, state);
      else this.states.delete(id);
    } catch (error) {
      this.states.set(id, 'failed');
      status.emitError(error);
    }
    host.onChange();
  }
}
