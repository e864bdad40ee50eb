import t from 'tap';

import type {CreatedExport} from '../contract/owner-exports.js';
import {HOSTILE_STRINGS} from './hostile-strings.js';
import {insertLeads} from './lead-helpers.js';
import {OwnerClient} from './owner-client.js';
import {parseCsv} from './parse-csv.js';
import {startServer} from './start-server.js';

const FORMULAS = [
  ...['=1+1', '+1', '-1+2', '@SUM(A1)', ' =1', '\t=1', '\r=1', '\n=1', '\u200b=1', '＝1', '−1'],
  ...['"=1"', '",=1', 'a\r\n=1', ';=1', '=HYPERLINK("http://x";"y")'],
];
/** Cells that some spreadsheet runs as a formula, also without the characters in front. */
const RUN = /^(?:[\t\r]|[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212])/u;

t.test('an export as CSV keeps each hostile text in its cell, and none is a formula', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server);
  const texts = [...HOSTILE_STRINGS, ...FORMULAS]
    // PostgreSQL stores no others, and no empty name.
    .filter((text) => text !== '' && !text.includes('\0') && text.isWellFormed())
    .map((text) => [...text].slice(0, 90).join(''));
  await insertLeads(server, texts.length);
  const leads = await server.sql<{uuid: string}[]>`select uuid from user_sessions order by uuid`;
  const uuids = leads.map(({uuid}) => uuid);
  await server.sql`
    update user_sessions s set name = given.text
    from unnest(${uuids}::uuid[], ${texts}::text[]) as given (uuid, text) where s.uuid = given.uuid`;
  await server.sql`
    insert into session_answers (session_uuid, field, kind, question, value, label, position)
    select uuid, 'why', 'text', 'Why?', to_jsonb(text), text, 0
    from unnest(${uuids}::uuid[], ${texts}::text[]) as given (uuid, text)`;

  const {body} = await owner.call<CreatedExport>('POST', '/api/owner/exports', {
    json: {filter: {view: 'all'}, format: 'csv'},
  });
  const response = await fetch(`${server.url}${body.url}`, {headers: owner.headers});
  const [header = [], ...rows] = parseCsv(await response.text());

  const filled = rows.filter((row) => row.length > 1);
  t.same(filled.map(([uuid]) => uuid).sort(), uuids);
  for (const row of filled) {
    t.equal(row.length, header.length);
    t.same(
      row.filter((cell) => RUN.test(cell)),
      [],
    );
    const text = texts[uuids.indexOf(row[0] ?? '')] ?? '';
    if (/^[\p{L}\p{N}\p{P} ]*$/u.test(text) && !RUN.test(text)) {
      t.equal(row[header.indexOf('name')], text);
      t.equal(row[header.indexOf('answers.why')], text);
    }
  }
});
