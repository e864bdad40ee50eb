import type {DownloadLink} from '../../../server/contract/files.js';

import type {Chat} from '../chat.js';
import type {FileLinks} from '../../ui/dialogs/dialogs.js';

/** The files of messages: fetched, or erased, each with its own state. */
export class Downloads {
  private readonly states = new Map<string, 'loading' | 'ready' | 'failed'>();
  private links: FileLinks | null = null;

  constructor(private readonly chat: Chat) {}

  stateOf(id: string) {
    return this.states.get(id);
  }

  begin(id: string) {
    return this.run(id, async () => {
      // Imported here, what the dialogs use as well is no further file.
      const {FileLinks} = await import('../../ui/dialogs/dialogs.js');
      this.links ??= new FileLinks(this.chat.client.api);
      const fetchLink = () => this.call<DownloadLink>('GET', `/api/files/download/${id}`);
      return (await this.links.open(id, fetchLink)) ? undefined : 'ready';
    });
  }

  /** The row goes when the backend says that the file has gone. */
  erase(id: string) {
    return this.run(id, async () => {
      await this.call('DELETE', `/api/files/${id}`);
    });
  }

  private async run(id: string, work: () => Promise<'ready' | void>) {
    const {host, status} = this.chat;
    this.states.set(id, 'loading');
    host.requestUpdate();
    try {
      const state = await work();
      if (state) this.states.set(id, state);
      else this.states.delete(id);
    } catch (error) {
      this.states.set(id, 'failed');
      status.emitError(error);
    }
    host.requestUpdate();
  }

  private call<T>(method: string, path: string) {
    const {client, session} = this.chat;
    return session.call(() => client.call<T>(method, path));
  }
}
