import {once} from 'node:events';
import {createServer, request as send} from 'node:http';
import type {IncomingHttpHeaders, IncomingMessage, ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

import type {Test} from 'tap';

import type {S3Settings} from '../object-store/s3-clients.js';

export interface StoreCall {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface StoreResponse {
  status: number;
  headers?: IncomingHttpHeaders;
  body?: Buffer | string;
}

/**
 * An HTTP proxy before a store, which imitates the behaviour of other stores. Without a store
 * behind it, every call needs `respond`.
 */
export class StoreProxy {
  readonly calls: StoreCall[] = [];
  /** Responds instead of the store. */
  respond: (call: StoreCall) => StoreResponse | undefined = () => undefined;
  /** Changes the store's response. */
  changeResponse: (reply: StoreResponse, call: StoreCall) => StoreResponse = (reply) => reply;

  private readonly server = createServer((request, response) => {
    this.handle(request, response).catch(() => response.destroy());
  });

  private constructor(private readonly target: URL | undefined) {}

  static async start(t: Test, endpoint?: string): Promise<StoreProxy> {
    const proxy = new StoreProxy(endpoint === undefined ? undefined : new URL(endpoint));
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    t.teardown(() => {
      proxy.server.closeAllConnections();
      proxy.server.close();
    });
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Returns the settings of the same bucket, with the proxy as endpoint. */
  withEndpoint<T extends S3Settings>(settings: T): T {
    return {...settings, endpoint: this.endpoint};
  }

  countCalls(isMeant: (call: StoreCall) => boolean): number {
    return this.calls.filter(isMeant).length;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://store');
    const call: StoreCall = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: await readBody(request),
    };
    this.calls.push(call);
    const own = this.respond(call);
    const reply = own ?? this.changeResponse(await this.forward(request, call.body), call);
    const {connection: _, 'transfer-encoding': __, ...headers} = reply.headers ?? {};
    const body = Buffer.from(reply.body ?? '');
    // The response to a HEAD has the content length of the object.
    if (call.method !== 'HEAD' && reply.status !== 204)
      headers['content-length'] = `${body.length}`;
    response.writeHead(reply.status, headers);
    response.end(body);
  }

  private async forward(request: IncomingMessage, body: Buffer): Promise<StoreResponse> {
    if (!this.target) throw new Error('There is no store behind this proxy.');
    const {hostname, port} = this.target;
    const {method, url: path, headers} = request;
    const outgoing = send({hostname, port, method, path, headers, agent: false});
    // Ceph sends a body after the response to some HEAD requests.
    outgoing.on('error', () => undefined);
    outgoing.end(body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    return {
      status: incoming.statusCode ?? 0,
      headers: incoming.headers,
      body: await readBody(incoming),
    };
  }
}

/** Returns the response of S3 to a call that it rejects. */
export const createErrorResponse = (
  status: number,
  code: string,
  headers: IncomingHttpHeaders = {},
) => ({
  status,
  headers: {'content-type': 'application/xml', ...headers},
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});

const readBody = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};
