import t from 'tap';

import {MAX_FILE_BYTES} from '../contract/limits.js';
import {VIRUS, clamdMissing, startClamd} from './clamd.js';
import {listKeys} from './list-keys.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

const infected = () => {
  const bytes = makePdf(200_000);
  bytes.write(VIRUS, 150_000);
  return bytes;
};

t.test('with a virus scanner', {skip: clamdMissing}, async (t) => {
  const clamd = await startClamd(t);
  const server = await startServer(t, {settings: {CLAMAV_HOST: clamd.host}});

  await t.test('a clean file of the maximum size is stored', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const {status, body} = await visitor.upload(makePdf(MAX_FILE_BYTES));

    t.equal(status, 201);
    const [row] = await server.sql`select flags from file_uploads where id = ${body.file.id}`;
    t.same(row?.['flags'], []);
  });

  for (const size of [undefined, null]) {
    const way = size === null ? 'through the spool' : 'streamed';
    await t.test(`an infected file is rejected, ${way}, and leaves nothing`, async (t) => {
      const visitor = await Visitor.consenting(server.url);
      const before = await listKeys(server.objects);

      const {status, body} = await visitor.upload(infected(), size === null ? {size} : {});

      t.same([status, body.code], [422, 'file_infected']);
      t.same(await listKeys(server.objects), before);
      t.equal(
        (await server.sql`select from file_uploads where session_uuid = ${visitor.uuid}`).length,
        0,
      );
      const [audit] = await server.sql`
        select metadata from audit_logs
        where user_uuid = ${visitor.uuid} and event_type = 'file_upload_error'`;
      t.match(audit?.['metadata'], {code: 'file_infected'});
    });
  }

  await t.test('uploads without a scanner are rejected, or stored with a flag', async (t) => {
    await clamd.stop();
    const lax = await startServer(t, {
      settings: {CLAMAV_HOST: clamd.host, SCAN_REQUIRED: 'false'},
    });

    const refused = await (await Visitor.consenting(server.url)).upload(makePdf());
    const stored = await (await Visitor.consenting(lax.url)).upload(makePdf());

    t.same([refused.status, refused.body.code], [503, 'scan_unavailable']);
    t.equal(stored.status, 201);
    const [row] = await lax.sql`select flags from file_uploads`;
    t.same(row?.['flags'], ['not_scanned']);
    t.equal((await listKeys(lax.objects)).length, 1);
  });
});
