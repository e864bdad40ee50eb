import {once} from 'node:events';
import {createServer} from 'node:http';
import type {IncomingMessage, ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

import type {Sql} from '../database/sql.js';
import type {S3Settings} from '../object-store/s3-clients.js';

const FILES_PER_VISIT = 3;
/** Number of visits among which one has no row in the database. */
const UNKNOWN_EVERY = 10;
const MAX_KEYS = 1_000;
const TAIL = '-0000-4000-8000-000000000000';
const AGE_MS = 3 * 3_600_000;

const getUuid = (number: number): string => number.toString(16).padStart(8, '0') + TAIL;
export const getKey = (i: number): string =>
  `uploads/${getUuid(Math.floor(i / FILES_PER_VISIT))}/${getUuid(i)}.pdf`;
const indexOf = (key: string): number => parseInt(key.split('/')[2]?.slice(0, 8) ?? '', 16);

export interface Call {
  what: 'list' | 'delete' | 'other';
  keys: number;
}

/**
 * The part of S3's HTTP API that a sweep needs. Keys are computed on request, so that there can be
 * any number of them. Every call is recorded.
 */
export class ComputedBucket {
  readonly calls: Call[] = [];
  readonly deleted = new Set<number>();
  /** Error of the store's own clock, in milliseconds. */
  clockMs = 0;
  ageMs = AGE_MS;
  /** Number of the list call that fails, counted from 1. */
  failingList = 0;
  /** Returns the error code with which the store refuses to delete a key. */
  refuse: (key: string) => string | undefined = () => undefined;

  private readonly server = createServer((request, response) => {
    void this.answer(request, response);
  });

  constructor(public count: number) {}

  async start(): Promise<S3Settings> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return {
      bucket: 'computed',
      endpoint: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`,
      forcePathStyle: true,
      region: 'us-east-1',
      credentials: {accessKeyId: 'any', secretAccessKey: 'any'},
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  countCalls(what: Call['what']): number {
    return this.calls.filter((call) => call.what === what).length;
  }

  indexOf(key: string): number {
    return indexOf(key);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {searchParams} = new URL(request.url ?? '', 'http://store');
    const body = await readText(request);
    response.setHeader('date', new Date(Date.now() + this.clockMs).toUTCString());
    response.setHeader('content-type', 'application/xml');
    if (searchParams.has('list-type')) this.list(searchParams, response);
    else if (searchParams.has('delete')) this.delete(body, response);
    else {
      this.calls.push({what: 'other', keys: 0});
      const root = searchParams.has('uploads')
        ? 'ListMultipartUploadsResult'
        : 'VersioningConfiguration';
      response.end(`<${root}></${root}>`);
    }
  }

  private list(asked: URLSearchParams, response: ServerResponse): void {
    const most = Math.min(Number(asked.get('max-keys') ?? MAX_KEYS), MAX_KEYS);
    const after = asked.get('start-after');
    const found: string[] = [];
    let i = after ? indexOf(after) + 1 : 0;
    for (; i < this.count && found.length < most; i++) {
      if (!this.deleted.has(i)) found.push(getKey(i));
    }
    while (i < this.count && this.deleted.has(i)) i++;
    this.calls.push({what: 'list', keys: found.length});
    if (this.countCalls('list') === this.failingList) {
      response.statusCode = 403;
      response.end('<Error><Code>AccessDenied</Code><Message>Not this page.</Message></Error>');
      return;
    }
    const modified = new Date(Date.now() + this.clockMs - this.ageMs).toISOString();
    const contents = found.map(
      (key) =>
        `<Contents><Key>${encodeURIComponent(key)}</Key><LastModified>${modified}</LastModified><ETag>"0"</ETag><Size>1000</Size></Contents>`,
    );
    response.end(
      `<ListBucketResult><IsTruncated>${i < this.count}</IsTruncated><EncodingType>url</EncodingType>${contents.join('')}</ListBucketResult>`,
    );
  }

  private delete(body: string, response: ServerResponse): void {
    const keys = [...body.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key]) => key ?? '');
    this.calls.push({what: 'delete', keys: keys.length});
    const results = keys.map((key) => {
      const code = this.refuse(key);
      if (code) return `<Error><Key>${key}</Key><Code>${code}</Code></Error>`;
      this.deleted.add(indexOf(key));
      return `<Deleted><Key>${key}</Key></Deleted>`;
    });
    response.end(`<DeleteResult>${results.join('')}</DeleteResult>`);
  }
}

/**
 * Inserts visits and rows for all keys except those of every tenth visit. If `known` is false,
 * inserts them only for those. Returns the number of keys without a row.
 */
export const insertRows = async (
  sql: Sql,
  count: number,
  {known = true}: {known?: boolean} = {},
): Promise<number> => {
  const equals = known ? '<>' : '=';
  const uuid = (number: string) => `(lpad(to_hex(${number}), 8, '0') || '${TAIL}')::uuid`;
  const visit = `i / ${FILES_PER_VISIT}`;
  await sql`insert into sites (key, name) values ('demo', 'Demo') on conflict do nothing`;
  await sql.unsafe(`
    insert into visits (uuid, site_key, token_hash, state)
    select ${uuid('i')}, 'demo', sha256('x'), 'session'
    from generate_series(0, ${Math.ceil(count / FILES_PER_VISIT) - 1}) i
    where i % ${UNKNOWN_EVERY} ${equals} 0`);
  const rows = await sql.unsafe(`
    insert into file_uploads
      (id, session_uuid, file_name, s3_key, slot, state, file_size, sha256, uploaded_at)
    select ${uuid('i')}, ${uuid(visit)}, 'a.pdf',
           'uploads/' || ${uuid(visit)} || '/' || ${uuid('i')} || '.pdf',
           i % ${FILES_PER_VISIT} + 1, 'stored', 1000, sha256('x'), now() - interval '3 hours'
    from generate_series(0, ${count - 1}) i where (${visit}) % ${UNKNOWN_EVERY} ${equals} 0`);
  await sql`analyze file_uploads, visits`;
  return count - rows.count;
};

const readText = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  return text;
};
