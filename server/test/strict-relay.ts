import {once} from 'node:events';
import {createServer} from 'node:net';
import type {AddressInfo} from 'node:net';

import type {Test} from 'tap';

export interface StrictRelay {
  url: string;
  /** Names from EHLO, in the order of arrival. */
  names: string[];
}

/**
 * Starts a mail server that disconnects clients without a fully qualified name, as Google's relay
 * does. With `atRecipient` it rejects them at RCPT, as Postfix does by default.
 */
export const startStrictRelay = async (
  t: Test,
  {atRecipient = false} = {},
): Promise<StrictRelay> => {
  const names: string[] = [];
  const server = createServer((socket) => {
    let isQualified = false;
    socket.on('error', () => undefined);
    socket.write('220 relay.example.com ESMTP\r\n');
    socket.on('data', (line) => {
      const [verb = '', name = ''] = line.toString().trim().split(' ');
      if (verb === 'EHLO') {
        names.push(name);
        isQualified = /^[^[]+\.[^\]]+$/.test(name);
        if (!isQualified && !atRecipient) {
          return socket.end('421 4.7.0 Try again later, closing connection. (EHLO)\r\n');
        }
      }
      if (verb === 'RCPT' && !isQualified) {
        return socket.write(
          '504 5.5.2 <host>: Helo command rejected: need fully-qualified name\r\n',
        );
      }
      return socket.write(verb === 'DATA' ? '354 Go on\r\n' : '250 OK\r\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => void server.close());
  return {url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, names};
};
