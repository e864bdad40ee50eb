import {once} from 'node:events';
import type {AddressInfo} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';

import PostalMime from 'postal-mime';
import type {Email} from 'postal-mime';
import {SMTPServer} from 'smtp-server';
import type {Test} from 'tap';

export interface Mailbox {
  url: string;
  mails: Email[];
  /** Receivers from the SMTP envelope, in the order of `mails`. */
  receivers: string[][];
  /** Waits for the first e-mail to this e-mail address after the `skip` earlier ones. */
  waitFor(address: string, skip?: number): Promise<Email>;
}

const WAIT_MS = 60_000;
const POLL_MS = 25;

/** Starts a real SMTP server that keeps the e-mails that it receives. */
export const startMailbox = async (t: Test, onPort = 0): Promise<Mailbox> => {
  const mails: Email[] = [];
  const receivers: string[][] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        void PostalMime.parse(Buffer.concat(chunks)).then((mail) => {
          mails.push(mail);
          receivers.push(session.envelope.rcptTo.map(({address}) => address));
          done();
        });
      });
    },
  });
  // A killed sender resets its connection. Only e-mails that arrived before that count.
  server.on('error', () => undefined);
  server.listen(onPort, '127.0.0.1');
  await once(server.server, 'listening');
  const {port} = server.server.address() as AddressInfo;
  t.teardown(
    () =>
      new Promise<void>((resolve) => {
        server.close(resolve);
      }),
  );
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    receivers,
    waitFor: async (address, skip = 0) => {
      const until = Date.now() + WAIT_MS;
      while (Date.now() < until) {
        const found = mails.filter((_, i) => receivers[i]?.includes(address))[skip];
        if (found) return found;
        await sleep(POLL_MS);
      }
      throw new Error(
        `No e-mail to ${address} within ${WAIT_MS} ms; ${mails.length} others arrived.`,
      );
    },
  };
};

/** Returns the confirmation link in an e-mail. */
export const getConfirmationLink = (mail: Email): string => {
  const link = /http\S+\/verify\/[\w-]+\.[\w-]{43}(?=\s)/.exec(mail.text ?? '')?.[0];
  if (!link) throw new Error(`No confirmation link in: ${mail.text ?? ''}`);
  return link;
};
