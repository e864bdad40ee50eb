import t from 'tap';

import {listKeys} from './list-keys.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {bucketsMissing} from './test-bucket.js';
import {Visitor} from './visitor.js';

/** `UPLOAD_SESSIONS=300 npm run test:server races-uploads` is the long run. */
const SESSIONS = Number(process.env['UPLOAD_SESSIONS'] ?? 25);
const SETTINGS = {RATE_LIMIT_PER_MINUTE: '1000000'};

t.test('three of eight concurrent uploads are stored', {timeout: 0}, async (t) => {
  const store = bucketsMissing ? 'disk' : 's3';
  const first = await startServer(t, {store, settings: SETTINGS});
  const {s3} = first.config;
  const bucket: Record<string, string> = s3
    ? {
        S3_BUCKET: s3.bucket,
        S3_ENDPOINT: s3.endpoint ?? '',
        AWS_ACCESS_KEY_ID: s3.credentials?.accessKeyId ?? '',
        AWS_SECRET_ACCESS_KEY: s3.credentials?.secretAccessKey ?? '',
      }
    : {};
  const second = await startServer(t, {settings: {...SETTINGS, ...bucket}, beside: first});
  const answered = new Map<number, number>();

  for (let i = 0; i < SESSIONS; i++) {
    const visitor = await Visitor.consenting(first.url);
    const uploads = Array.from({length: 8}, (_, n) =>
      visitor.at(n % 2 === 0 ? first.url : second.url).upload(makePdf(5_000)),
    );
    const statuses = (await Promise.all(uploads)).map(({status}) => status);
    for (const status of statuses) answered.set(status, (answered.get(status) ?? 0) + 1);
    const kept = statuses.filter((status) => status === 201).length;
    const files = (await visitor.files()).length;
    if (kept !== 3 || files !== 3) t.fail(`session ${i}: ${kept} accepted, ${files} stored`);
  }

  t.same(Object.fromEntries(answered), {201: 3 * SESSIONS, 409: 5 * SESSIONS});
  t.equal((await listKeys(first.objects)).length, 3 * SESSIONS);
  const rows = await first.sql`select from file_uploads where state = 'stored'`;
  t.equal(rows.length, 3 * SESSIONS);
});
