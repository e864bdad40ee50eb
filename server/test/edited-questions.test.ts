import t from 'tap';

import {listAnswerColumns} from '../answers/columns.js';
import {sessionsCommand} from '../sessions/command.js';
import {ANSWERS, QUESTIONS, arriveAt, getAnswerRows, saveQuestions} from './answer-helpers.js';
import {runCommand} from './run-command.js';
import {startServer} from './start-server.js';

void t.test('a conversation that is edited during a visit loses no answer', async (t) => {
  const server = await startServer(t);
  await saveQuestions(server, 'acme');
  const visitor = await arriveAt(server, 'acme');
  const early = await arriveAt(server, 'acme');
  t.equal((await early.contact('early@example.com', 'Emil', {answers: ANSWERS})).status, 202);

  // Another server has no cached copy of the site.
  await saveQuestions(server, 'acme', [
    {id: 'ask_colour', type: 'ask', field: 'colour', kind: 'text', text: 'Which colour?'},
    QUESTIONS[0]!,
  ]);
  const other = await startServer(t, {beside: server});

  await t.test('answers to questions that are no longer asked are accepted', async (t) => {
    const {status} = await visitor
      .at(other.url)
      .contact('anna@example.com', 'Anna', {answers: ANSWERS, locale: 'en'});

    t.equal(status, 202);
    const rows = await getAnswerRows(server, visitor.uuid);
    t.equal(rows.length, Object.keys(ANSWERS).length);
    t.match(rows[0], {field: 'position', kind: 'choice', label: 'Nurse'});
    for (const {field, kind, question, value} of rows.slice(1)) {
      t.same({kind, question}, {kind: null, question: field}, 'marked as no longer asked');
      t.same(value, ANSWERS[field as keyof typeof ANSWERS]);
    }
  });

  await t.test('a correction keeps the wording that the visitor saw', async (t) => {
    const {status} = await early
      .at(other.url)
      .call('PATCH', '/api/session', {json: {answers: {town: 'Bonn', colour: 'blue'}}});

    t.equal(status, 200);
    const rows = await getAnswerRows(server, early.uuid);
    t.equal(rows.length, Object.keys(ANSWERS).length + 1);
    t.match(
      rows.find(({field}) => field === 'town'),
      {kind: null, question: 'Where?', value: 'Bonn'},
    );
    t.match(
      rows.find(({field}) => field === 'why'),
      {kind: 'long_text', question: 'Why Nurse?'},
    );
  });

  await t.test('columns of CSV have the present order, then what is no longer asked', async (t) => {
    await saveQuestions(server, 'acme', [
      ...QUESTIONS.filter(({id}) => id === 'ask_page'),
      ...QUESTIONS.filter(({id}) => id === 'ask_town'),
    ]);
    const fields = ['page', 'town', 'colour', 'position', 'days', 'why', 'licence'];
    const columns = [...fields, 'years', 'start', 'phone'].map((field) => `answers.${field}`);

    const csv = await runCommand(server, sessionsCommand, '--format', 'csv', '--answers');

    t.ok(csv.split('\r\n')[0]?.endsWith(`,completed_at,${columns.join()}`), csv);
    const select = (uuid: string) => server.sql`select ${uuid}::uuid as uuid, 'acme' as site`;
    const found = await listAnswerColumns(server.sql, [select(visitor.uuid), select(early.uuid)]);
    t.same(found, columns, 'also of sessions that are read in pages');
  });
});
