import {once} from 'node:events';
import type {AddressInfo} from 'node:net';

import {SMTPServer} from 'smtp-server';

/** A mail server in a separate process. It reports its port, then the receivers of each e-mail. */
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  onData(stream, session, done) {
    stream.resume();
    stream.on('end', () => {
      process.send?.(session.envelope.rcptTo.map(({address}) => address));
      done();
    });
  },
});
server.on('error', () => undefined);
server.listen(0, '127.0.0.1');
await once(server.server, 'listening');
process.send?.((server.server.address() as AddressInfo).port);
process.once('disconnect', () => process.exit());
