import {createServer} from 'node:http';

import {S3Store} from '@tus/s3-store';
import {Server} from '@tus/server';

import {BUCKET, CLIENT, PORT} from '../../../dist/server/bench/rivals/store-client.js';

const server = new Server({
  path: '/files',
  datastore: new S3Store({s3ClientConfig: {...CLIENT, bucket: BUCKET}}),
});

createServer((request, response) => {
  void server.handle(request, response);
}).listen(PORT);
