import {once} from 'node:events';
import {existsSync, readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';

import {passOn} from './pass-on.mjs';

const RIVALS = fileURLToPath(new URL('rivals/node_modules', import.meta.url));
const TYPES = {'.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css'};

/**
 * One server for all: `/page/N` is an empty page with the widget of that number, files and backends
 * are beside it, and everything is compressed with gzip. What is ours comes from our backend.
 */
export async function servePages(widgets, product) {
  const compressed = new Map();
  const server = createServer((request, response) => {
    const {pathname} = new URL(request.url, 'http://localhost');
    const number = /^\/page\/(\d+)$/.exec(pathname)?.[1];
    const answer = widgets.map(({answers}) => answers?.[pathname]).find(Boolean);
    if (number) return void send(response, 'text/html; charset=utf-8', page(widgets[number]));
    if (answer) return void send(response, 'application/json', JSON.stringify(answer));
    if (pathname.startsWith('/rivals/')) return void sendFile(response, pathname, compressed);
    if (pathname.startsWith('/backend/')) return void unknown(response, request);
    // Brotli is smaller: with it the comparison would not be one.
    passOn(request, response, product, {'accept-encoding': 'gzip'});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://localhost:${server.address().port}`;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return {url, stop};
}

const page = ({body}) =>
  `<!doctype html><html lang="en"><title>Page</title><link rel="icon" href="data:,">` +
  `<meta name="viewport" content="width=device-width"><main><h1>A page</h1></main>${body}</html>`;

function sendFile(response, pathname, compressed) {
  const name = path.join(RIVALS, decodeURIComponent(pathname.slice('/rivals/'.length)));
  if (!name.startsWith(RIVALS) || !existsSync(name)) return unknown(response, {url: pathname});
  if (!compressed.has(name)) compressed.set(name, gzipSync(readFileSync(name), {level: 9}));
  send(response, TYPES[path.extname(name)] ?? 'application/octet-stream', compressed.get(name));
}

function send(response, type, body) {
  const bytes = typeof body === 'string' ? gzipSync(body, {level: 9}) : body;
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Encoding': 'gzip',
    'Content-Length': bytes.length,
  });
  response.end(bytes);
}

function unknown(response, {url}) {
  console.error(`There is no prepared response for ${url}`);
  response.writeHead(404).end();
}
