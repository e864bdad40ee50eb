import type {Chat} from '../chat.js';

/** The files of messages: fetched, or erased, each with its own state. */
export class Downloads {
  private readonly states = new Map<string, 'loading' | 'failed'>();

  constructor(private readonly chat: Chat) {}

  stateOf(id: string) {
    return this.states.get(id);
  }

  begin(id: string) {
    return this.run(id, async () => {
      // Imported here, what the dialogs use as well is no further file.
      const {offer} = await import('../dialogs/dialogs.js');
      const {url} = await this.call<{url: string}>('GET', `/api/files/download/${id}`);
      offer(new URL(url, this.chat.client.api).href);
    });
  }

  /** The row goes when the backend says that the file has gone. */
  erase(id: string) {
    return this.run(id, () => this.call('DELETE', `/api/files/${id}`));
  }

  private async run(id: string, work: () => Promise<unknown>) {
    const {host, signs} = this.chat;
    this.states.set(id, 'loading');
    host.requestUpdate();
    try {
      await work();
      this.states.delete(id);
    } catch (error) {
      this.states.set(id, 'failed');
      signs.tell(error);
    }
    host.requestUpdate();
  }

  private call<T>(method: string, path: string) {
    const {client, session} = this.chat;
    return session.act(() => client.call<T>(method, path));
  }
}
