import postgres from 'postgres';
import t from 'tap';
import type {Test} from 'tap';

import type {ErrorBody} from '../contract/common.js';
import type {Lead, LeadList} from '../contract/owner-leads.js';
import type {Sql} from '../database/sql.js';
import {HOSTILE_STRINGS} from './hostile-strings.js';
import {createLead, insertLeads, listLeads, searchLeads, writeMessage} from './lead-helpers.js';
import {OwnerClient} from './owner-client.js';
import {makePdf} from './pdf.js';
import {callSuccessfully} from './retry-while-busy.js';
import {startServer} from './start-server.js';

const LEADS = '/api/owner/leads';

const toNames = (leads: Lead[]) => leads.map(({name, last_message}) => name ?? last_message?.body);

t.test('the list of leads', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server);
  const olga = await createLead(server, {name: 'Olga', email: 'olga@example.com'});
  const anna = await createLead(server, {
    name: 'Anna',
    email: 'anna@example.com',
    isConfirmed: true,
    fileName: 'report.pdf',
    message: 'Is the second page enough?',
    more: {locale: 'de-AT'},
  });
  await server.sql`
    insert into messages (session_uuid, client_id, role, body)
    values (${anna.uuid}, 'automatic', 'maria', 'A person will reply.')`;
  await createLead(server, {message: 'Nobody knows me'});
  await createLead(server, {site: 'workshop', name: 'Foreign', email: 'foreign@example.com'});

  await t.test('shows each lead with what matters, and no automatic reply', async (t) => {
    const [, lead] = await listLeads(owner);
    t.match(lead, {
      uuid: anna.uuid,
      site: 'demo',
      state: 'complete',
      status: 'open',
      name: 'Anna',
      email: 'anna@example.com',
      locale: 'de-AT',
      training: false,
      files: 1,
      messages: 2,
      last_message: {role: 'visitor', body: 'Is the second page enough?'},
      is_new: true,
    });
    t.not(lead?.completed_at, null);
  });

  await t.test('has views with counts', async (t) => {
    const getView = async (view: string) =>
      (await owner.call<LeadList>('GET', `${LEADS}?view=${view}`)).body;
    t.same(toNames((await getView('all')).leads), ['Nobody knows me', 'Anna', 'Olga']);
    t.same(toNames((await getView('open')).leads), ['Nobody knows me', 'Anna']);
    t.same(toNames((await getView('unconfirmed')).leads), ['Olga']);
    t.same(toNames((await getView('done')).leads), []);
    t.same((await getView('done')).counts, {
      open: {count: 2, more: false},
      unconfirmed: {count: 1, more: false},
      done: {count: 0, more: false},
      all: {count: 3, more: false},
    });
    const {body} = await owner.call<LeadList>('GET', LEADS);
    t.same(toNames(body.leads), ['Nobody knows me', 'Anna'], 'open is the default');
  });

  await t.test('has filters, which the counts share', async (t) => {
    const getNames = async (query: string) => toNames(await listLeads(owner, `view=all&${query}`));
    t.same(await getNames('files=true'), ['Anna']);
    t.same(await getNames('files=false'), ['Nobody knows me', 'Olga']);
    t.same(await getNames('locale=de'), ['Anna']);
    t.same(await getNames('locale=DE-at'), ['Anna']);
    t.same(await getNames('locale=en-US'), []);
    t.same(await getNames('site=demo&from=2100-01-01T00:00:00Z'), []);
    t.same(await getNames('to=2100-01-01T00:00:00%2B01:00'), ['Nobody knows me', 'Anna', 'Olga']);
    const [file] = await anna.files();
    await callSuccessfully(() => anna.call('DELETE', `/api/files/${file?.id}`));
    t.same(await getNames('files=true'), [], 'a deleted file does not count');
    await callSuccessfully(() => anna.upload(makePdf(), {name: 'new.pdf', key: 'new'}));
    await callSuccessfully(() => anna.contact('anna@example.com', 'Anna', {locale: 'fr'}));
    t.same(await getNames('locale=fr'), ['Anna'], 'a changed language counts');
    const {body} = await owner.call<LeadList>('GET', `${LEADS}?files=true`);
    t.match(body.counts, {open: {count: 1}, unconfirmed: {count: 0}, all: {count: 1}});
  });

  await t.test('moves a lead with new activity up', async (t) => {
    await writeMessage(olga, 'Are you there?');
    t.same(toNames(await listLeads(owner)), ['Olga', 'Anna', 'Nobody knows me']);
  });

  await t.test('of an account at several sites shows all or one of them', async (t) => {
    const both = await OwnerClient.create(server, {roles: {demo: 'agent', workshop: 'owner'}});
    t.same(toNames(await listLeads(both)), ['Olga', 'Anna', 'Foreign', 'Nobody knows me']);
    t.same(toNames(await listLeads(both, 'view=all&site=workshop')), ['Foreign']);
    const partly = await OwnerClient.create(server, {roles: {demo: 'observer', workshop: 'agent'}});
    t.same(toNames(await listLeads(partly)), ['Foreign'], 'an observer reads no lead');
  });

  await t.test('refuses what it does not understand', async (t) => {
    const queries = [
      'limit=0',
      'limit=51',
      'view=waiting',
      'after=1',
      'after=-1.2f1c7c1e-6d0b-4c53-9d1a-0a5c8a6f3b1e',
      'from=yesterday',
      'from=2026-11-30T23:59:60Z',
      'from=0000-01-01T00:00:00Z',
      'from=9999-12-31T23:59:59-12:00',
      'to=9999-12-31T23:59:59-12:00',
      'after=1795426200000000.2f1c7c1e-6d0b-4c53-9d1a-0a5c8a6f3b1e',
      'after=99999999999999999.2f1c7c1e-6d0b-4c53-9d1a-0a5c8a6f3b1e',
      'after=253402300800000.2f1c7c1e-6d0b-4c53-9d1a-0a5c8a6f3b1e',
      'locale=%25',
      'files=maybe',
    ];
    for (const query of queries) {
      const {status, body} = await owner.call<ErrorBody>('GET', `${LEADS}?${query}`);
      t.match({status, body}, {status: 400, body: {code: 'invalid_request'}}, query);
    }
  });
});

t.test('pages of the list', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server, {roles: {demo: 'owner', workshop: 'owner'}});
  await insertLeads(server, 60);
  await insertLeads(server, 45, {site: 'workshop'});

  /** Returns the e-mail addresses of all pages. */
  const readAll = async (call: (after: string | undefined) => Promise<LeadList>) => {
    const pages: string[][] = [];
    for (let after: string | null | undefined; after !== null;) {
      const {leads, next} = await call(after);
      pages.push(leads.map(({uuid}) => uuid));
      after = next;
    }
    return pages;
  };
  const requireEach = (t: Test, pages: string[][]) => {
    const uuids = pages.flat();
    t.equal(uuids.length, 105);
    t.equal(new Set(uuids).size, 105);
  };

  await t.test('contain each lead once, newest activity first', async (t) => {
    const pages = await readAll(async (after) => {
      const query = `view=all&limit=50${after ? `&after=${after}` : ''}`;
      return (await owner.call<LeadList>('GET', `${LEADS}?${query}`)).body;
    });

    t.same(
      pages.map(({length}) => length),
      [50, 50, 5],
    );
    requireEach(t, pages);
    const rows = await server.sql<{uuid: string}[]>`
      select session_uuid as uuid from leads order by last_activity_at desc, session_uuid desc`;
    t.same(
      pages.flat(),
      rows.map(({uuid}) => uuid),
    );
  });

  await t.test('of a search contain each lead once', async (t) => {
    const pages = await readAll(
      async (after) =>
        (await searchLeads(owner, {q: 'visitor', limit: 40, ...(after && {after})})).body,
    );

    requireEach(t, pages);
  });

  await t.test('show no lead twice while others move up', async (t) => {
    let moved = 0;
    const pages = await readAll(async (after) => {
      const query = `view=all&limit=20${after ? `&after=${after}` : ''}`;
      const {body} = await owner.call<LeadList>('GET', `${LEADS}?${query}`);
      const last = body.leads.at(-1);
      if (!last) return body;
      // A lead of a later page moves to the top, and one of this page too.
      const rows = await server.sql`
        update leads set last_activity_at = now() where session_uuid in (
          select session_uuid from leads where last_activity_at < ${last.last_activity_at}
          order by last_activity_at limit 1) or session_uuid = ${last.uuid}
        returning 1`;
      moved += rows.length;
      return body;
    });

    const uuids = pages.flat();
    t.ok(moved >= 8);
    t.equal(new Set(uuids).size, uuids.length);
  });

  await t.test('have counts up to 1,000', async (t) => {
    await insertLeads(server, 1_200);
    const {body} = await owner.call<LeadList>('GET', `${LEADS}?limit=1`);
    const hits = (await searchLeads(owner, {q: '@example', limit: 1})).body;
    for (const {counts} of [body, hits]) {
      t.same(counts.unconfirmed, {count: 1_000, more: true});
      t.same(counts.all, {count: 1_000, more: true});
    }
    t.same(body.counts.open, {count: 0, more: false});
    t.same(hits.counts.open, {count: 0, more: true}, 'the search has stopped');
    const filter = {q: '@example', limit: 1, from: '2026-01-01T00:00:00Z'};
    t.same((await searchLeads(owner, filter)).body.counts.open, {count: 0, more: false});
  });
});

t.test('no page is found by counting the rows before it', async (t) => {
  const server = await startServer(t);
  const statements: string[] = [];
  const sql = postgres(server.config.databaseUrl ?? '', {
    debug: (_connection, statement) => statements.push(statement),
  });
  t.teardown(() => sql.end());
  const watched = await startServer(t, {beside: server, deps: {sql: sql as unknown as Sql}});
  const owner = (await OwnerClient.create(server)).at(watched.url);
  await insertLeads(server, 60);

  const {body} = await owner.call<LeadList>('GET', `${LEADS}?view=all`);
  const after = body.next ?? '';
  const late = await owner.call<LeadList>('GET', `${LEADS}?view=all&after=${after}`);
  const found = await searchLeads(owner, {q: 'visitor', after});

  t.same([late.body.leads.length, found.body.leads.length], [10, 10]);
  t.ok(statements.some((statement) => statement.includes('from leads')));
  t.same(
    statements.filter((statement) => /\boffset\b/i.test(statement)),
    [],
  );
});

t.test('the search', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server);
  const anna = await createLead(server, {
    name: 'Anna Beispiel',
    email: 'anna_b@example.com',
    fileName: 'Gutachten 100%.pdf',
  });
  await createLead(server, {name: 'JÜRGEN ΩMEGA', email: 'jk@firma.example'});
  await createLead(server, {message: 'Hello', fileName: 'Zeugnis.PDF'});
  await createLead(server, {site: 'workshop', name: 'Anna Fremd', email: 'anna@other.example'});
  const find = async (q: string) => toNames((await searchLeads(owner, {q})).body.leads);

  await t.test('finds names, e-mail addresses, file names and references', async (t) => {
    t.same(await find('anna'), ['Anna Beispiel'], 'not at another site');
    t.same(await find('SPIEL'), ['Anna Beispiel']);
    t.same(await find('jk@firma'), ['JÜRGEN ΩMEGA']);
    t.same(await find('gutachten'), ['Anna Beispiel']);
    t.same(await find('zeugnis.pdf'), ['Hello']);
    t.same(await find(anna.uuid.slice(0, 8)), ['Anna Beispiel']);
    t.same(await find(anna.uuid.toUpperCase()), ['Anna Beispiel']);
    t.same(await find('  anna   beispiel '), ['Anna Beispiel']);
    t.same(await find('xyz nowhere'), []);
  });

  await t.test('finds a text of two characters at the beginning of a word', async (t) => {
    t.same(await find('an'), ['Anna Beispiel']);
    t.same(await find('be'), ['Anna Beispiel']);
    t.same(await find('jk'), ['JÜRGEN ΩMEGA']);
    t.same(await find('ze'), ['Hello']);
    t.same(await find('ωm'), ['JÜRGEN ΩMEGA']);
    t.same(await find('pi'), []);
  });

  await t.test('ignores the case of all letters', async (t) => {
    t.same(await find('jürgen'), ['JÜRGEN ΩMEGA']);
    t.same(await find('ωmega'), ['JÜRGEN ΩMEGA']);
  });

  await t.test('has no wildcards', async (t) => {
    t.same(await find('100%'), ['Anna Beispiel']);
    t.same(await find('anna_b'), ['Anna Beispiel']);
    for (const q of ['%%', '__', 'a%l', 'ann_', '\\%', '%\\'])
      t.same(await find(q), [], JSON.stringify(q));
  });

  await t.test('uses filters, views and counts', async (t) => {
    const {body} = await searchLeads(owner, {q: 'example', view: 'done'});
    t.same(body.leads, []);
    t.match(body.counts, {unconfirmed: {count: 2}, done: {count: 0}, all: {count: 2}});
    t.same(toNames((await searchLeads(owner, {q: 'example', files: true})).body.leads), [
      'Anna Beispiel',
    ]);
  });

  await t.test('accepts or refuses any text, and never fails', async (t) => {
    const failed: unknown[] = [];
    for (const q of HOSTILE_STRINGS) {
      const {status} = await searchLeads(owner, {q});
      if (status !== 200 && status !== 400) failed.push({q, status});
    }
    t.same(failed, []);
  });

  await t.test('keeps its text out of URLs and logs', async (t) => {
    await find('anna beispiel');
    t.notMatch(JSON.stringify(server.logLines), /anna beispiel/i);
  });
});

t.test('listing leads is audited once in a quarter of an hour', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server);
  const other = await OwnerClient.create(server);
  await insertLeads(server, 3);
  await insertLeads(server, 3, {site: 'workshop'});
  const getRows = () => server.sql`
    select site_key as site, user_uuid as uuid, ip_address as ip, metadata from audit_logs
    where event_type = 'leads_listed' order by id`;

  await Promise.all(Array.from({length: 5}, () => listLeads(owner)));
  await searchLeads(owner, {q: 'visitor'});
  const expected = (account: string) => ({
    site: 'demo',
    uuid: null,
    ip: null,
    metadata: {rows: 3, by: 'account', account},
  });
  t.same([...(await getRows())], [expected(owner.accountId)]);
  await listLeads(other);
  t.same([...(await getRows())], [expected(owner.accountId), expected(other.accountId)]);
});
