import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';

import {Reaper} from '../cleanup/reaper.js';
import {listKeys} from './list-keys.js';
import {makePdf} from './pdf.js';
import {kill} from './server-process.js';
import type {TestServer} from './start-server.js';
import {bucketsMissing} from './test-bucket.js';
import {callFrom, createConsentingVisitor, proxyMissing, startTopology} from './topology.js';
import {until} from './until.js';
import type {Visitor} from './visitor.js';

const LIMIT = 200;
/** Number of e-mails that one server sends at once. */
const SENT_AT_ONCE = 5;
const VISITS = 40;
const AT_ONCE = 8;
/** Generous, because the test does not measure speed. */
const PATIENCE_MS = 60_000;

t.test('three servers behind a proxy', {skip: bucketsMissing || proxyMissing}, async (t) => {
  const topology = await startTopology(t, {
    RATE_LIMIT_PER_MINUTE: String(LIMIT),
    CLEANUP_INTERVAL_MINUTES: '0.02',
  });
  const {url, servers, inside} = topology;
  const {sql} = inside;

  await t.test('share the work and continue each other’s sessions', async (t) => {
    const visitor = await createConsentingVisitor(servers[0]?.url ?? '');
    const bytes = makePdf(100_000);
    const {status, body} = await visitor.at(servers[1]?.url ?? '').upload(bytes);
    t.equal(status, 201);
    const back = await visitor.at(url).download(body.file.id);
    t.ok(back.bytes.equals(bytes), 'the proxy for files works, too');
    t.match((await visitor.at(servers[2]?.url ?? '').session()).body, {
      files: [{id: body.file.id}],
    });

    const asked = `maria_http_requests_total{route="/api/session"`;
    await until(async () => {
      await visitor.at(url).session();
      const metrics = await Promise.all(
        servers.map(async (serverProcess) => (await fetch(`${serverProcess.url}/metrics`)).text()),
      );
      return metrics.every((text) => text.includes(asked));
    });
    t.equal((await fetch(`${url}/metrics`)).status, 404, 'the proxy does not serve metrics');
  });

  await t.test('share one limit for each visitor’s IP address', async (t) => {
    const statuses: number[] = [];
    const validate = (address: string, i: number) =>
      callFrom(address, url, {
        method: 'POST',
        path: '/api/session/validate-uuid',
        json: {uuid: randomUUID(), site: 'acme'},
        headers: {'x-forwarded-for': `10.1.1.${i}`},
      });
    for (let i = 0; i < LIMIT + 20; i += 20) {
      const batch = Array.from({length: 20}, (_, k) => validate('127.0.0.7', (i + k) % 250));
      statuses.push(...(await Promise.all(batch)));
    }

    t.equal(statuses.filter((status) => status === 200).length, LIMIT);
    t.equal(statuses.filter((status) => status === 429).length, 20);
    t.equal(await validate('127.0.0.8', 1), 200, 'another visitor has a separate limit');
  });

  await t.test('clean each row once between them, and one of them sweeps', async (t) => {
    const abandoned = 12;
    const visits: string[] = [];
    const before = await cleanedSo(inside);
    for (let i = 0; i < abandoned; i++) {
      const visitor = await createConsentingVisitor(url);
      await visitor.upload(makePdf(1_000));
      visits.push(visitor.uuid);
    }
    await sql`
      update visits set last_seen_at = last_seen_at - interval '1 hour'
      where uuid = any(${visits}::uuid[])`;

    // The run that deleted the last visit writes its audit row at its end.
    await until(async () => {
      const now = await cleanedSo(inside);
      return (
        now.abandoned - before.abandoned >= abandoned && now.removed - before.removed >= abandoned
      );
    }, PATIENCE_MS);
    const gone = await sql`
      select from visits where uuid = any(${visits}::uuid[]) and state = 'gone'`;
    t.equal(gone.length, abandoned);
    const {abandoned: ended, removed, sweeps} = await cleanedSo(inside);
    t.same([ended - before.abandoned, removed - before.removed], [abandoned, abandoned]);
    t.equal(sweeps, 1);
  });

  await t.test('lose nothing and duplicate nothing when one is killed', async (t) => {
    const stored: {visitor: Visitor; id: string; bytes: Buffer}[] = [];
    /** Number of submissions of each contact; a second one follows if the response was lost. */
    const contacts = new Map<string, number>();
    const visit = async (i: number) => {
      const visitor = await again(() => createConsentingVisitor(url));
      const bytes = makePdf(150_000);
      const key = randomUUID();
      const {body} = await again(async () => {
        const response = await visitor.upload(bytes, {key});
        return response.status < 300 ? response : undefined;
      });
      stored.push({visitor, id: body.file.id, bytes});
      const email = `${randomUUID()}@example.com`;
      await again(async () => {
        contacts.set(email, (contacts.get(email) ?? 0) + 1);
        const status = await callFrom(`127.1.${i}.1`, url, {
          method: 'PUT',
          path: '/api/session/contact',
          json: {name: 'Anna', email},
          headers: visitor.credentials,
        });
        return status === 202 ? status : undefined;
      });
    };
    let next = 0;
    const walkers = Promise.all(
      Array.from({length: AT_ONCE}, async () => {
        while (next < VISITS) await visit(next++);
      }),
    );
    await until(() => contacts.size >= VISITS / 4, PATIENCE_MS);
    const victim = servers[0]?.child;
    if (victim) await kill(victim);
    const heldByTheDead = await getLeases(inside);
    const uploading = await sql<{id: string}[]>`
      select id from file_uploads where state = 'uploading'`;
    await topology.restart(0);
    // Uploads in progress belong to the dead server. The test ends their leases instead of waiting.
    await sql`
      update file_uploads set leased_until = now()
      where state = 'uploading' and id = any(${uploading.map(({id}) => id)}::uuid[])`;
    await walkers;

    await releaseOf(inside, heldByTheDead);
    const getIds = (email: string) =>
      inside.mailbox.mails
        .filter((_, i) => inside.mailbox.receivers[i]?.includes(email))
        .map(({messageId}) => messageId);
    const emails = [...contacts.keys()];
    await until(() => emails.every((email) => getIds(email).length > 0), PATIENCE_MS);
    await sql`update file_uploads set leased_until = now() where state = 'uploading'`;
    const reaper = new Reaper({...inside, log: inside.app.log});
    await reaper.run();
    await reaper.run();

    for (const {visitor, id, bytes} of stored) {
      const back = await visitor.download(id);
      if (!back.bytes.equals(bytes)) t.fail(`${id} was changed`);
    }
    const ids = stored.map(({id}) => id);
    t.equal(ids.length, VISITS);
    await until(async () => {
      const rows = await sql`select from file_uploads where state <> 'stored'`;
      return rows.length === 0;
    }, PATIENCE_MS);
    const rows = await sql<{key: string}[]>`
      select s3_key as key from file_uploads where state = 'stored'`;
    t.same((await listKeys(inside.objects)).sort(), rows.map(({key}) => key).sort());
    const files = await sql<{count: number}[]>`
      select count(*)::int as count from file_uploads
      where session_uuid = any(${stored.map(({visitor}) => visitor.uuid)}::uuid[])
      group by session_uuid having count(*) <> 1`;
    t.same([...files], [], 'one file in each session');
    const wrong = emails.filter(
      (email) => new Set(getIds(email)).size > (contacts.get(email) ?? 0),
    );
    t.same(wrong, [], 'one e-mail for each contact and no other');
    const copies = emails.flatMap((email) => getIds(email).slice(new Set(getIds(email)).size));
    t.ok(
      copies.length <= SENT_AT_ONCE,
      'only e-mails in progress at the dead server may be repeated',
    );
  });
});

/** Sums of the figures in the audit rows of all cleanup runs of all servers. */
const cleanedSo = async ({sql}: TestServer) => {
  const [sum] = await sql<{abandoned: number; removed: number; sweeps: number}[]>`
    select coalesce(sum((metadata->>'abandoned')::int), 0)::int as abandoned,
           coalesce(sum((metadata->>'removed')::int), 0)::int as removed,
           (count(*) filter (where metadata->>'part' = 'sweep'))::int as sweeps
    from audit_logs where event_type = 'orphan_cleanup'`;
  return sum ?? {abandoned: 0, removed: 0, sweeps: 0};
};

/** Repeats a call until it returns a result. A call that throws is repeated, too. */
const again = async <T>(call: () => Promise<T | undefined>): Promise<T> => {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await call().catch(() => undefined);
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`No call succeeded within ${PATIENCE_MS} ms.`);
    await sleep(50);
  }
};

type Leases = {id: string; until: string}[];

const getLeases = async ({sql}: TestServer): Promise<Leases> => [
  ...(await sql<Leases>`
    select id, leased_until::text as until from jobs
    where state = 'queued' and leased_until > now()`),
];

/** Ends leases of the dead server: those that are unchanged after all other jobs are done. */
const releaseOf = async ({sql}: TestServer, held: Leases): Promise<void> => {
  const ids = held.map(({id}) => id);
  await until(async () => {
    const others = await sql`
      select from jobs where state = 'queued' and not id = any(${ids}::uuid[])`;
    return others.length === 0;
  }, PATIENCE_MS);
  for (const {id, until} of held) {
    await sql`update jobs set leased_until = now() where id = ${id} and leased_until::text = ${until}`;
  }
};
