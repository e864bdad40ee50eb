import type {Client} from './client.js';
import {MariaFileDeletedEvent, MariaFileUploadedEvent} from './events.js';
import type {Outbox} from './outbox.js';
import type {VisitorSession} from './session.js';
import type {FileTransport} from './uploads.js';

interface Parts {
  client: Client;
  session: VisitorSession;
  outbox: Outbox;
  dispatch: (event: Event) => boolean;
}

/** How files travel: after the consent they depend on, and in the visitor's name. */
export const fileTransport = (parts: Parts): Pick<FileTransport, 'send' | 'erase'> => {
  const {client, session, outbox, dispatch} = parts;
  return {
    async send(file, sending) {
      await outbox.flush();
      const stored = await session.act(() => client.upload(file, sending));
      dispatch(new MariaFileUploadedEvent(stored.id, stored.size));
      return stored;
    },
    async erase(file) {
      await session.act(() => client.call('DELETE', `/api/files/${file.id}`));
      dispatch(new MariaFileDeletedEvent(file.id));
    },
  };
};
