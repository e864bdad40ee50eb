import {once} from 'node:events';
import net from 'node:net';

import {makePdf} from './pdf.js';
import type {TestServer} from './start-server.js';
import type {Visitor} from './visitor.js';

interface RawUpload extends net.Socket {
  sentBytes: number;
}

/** Sends the headers of an upload and the first bytes of its file. The test sends the rest. */
export async function sendRawUpload(
  {config}: TestServer,
  visitor: Visitor,
  {contentLength, fileBytes = makePdf(2_000)}: {contentLength: number; fileBytes?: Buffer},
): Promise<RawUpload> {
  const socket = net.connect(config.port, '127.0.0.1') as RawUpload;
  await once(socket, 'connect');
  const head = Object.entries({
    host: 'localhost',
    ...visitor.credentials,
    'content-type': 'multipart/form-data; boundary=cut',
    'content-length': String(contentLength),
  });
  const start = Buffer.concat([
    Buffer.from(
      '--cut\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n',
    ),
    fileBytes,
  ]);
  socket.sentBytes = start.length;
  socket.write(
    `POST /api/files/upload HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  );
  socket.write(start);
  return socket;
}
