import t from 'tap';

import type {WrongAnswer} from '../contract/common.js';
import {readAnswers} from '../answers/read-answers.js';
import {MAX_ANSWERS, MAX_ANSWERS_BYTES} from '../contract/answer-limits.js';
import {InvalidAnswer} from '../errors.js';
import {
  ANSWERS,
  QUESTIONS,
  arriveAt,
  getAnswerRows,
  getConversation,
  saveQuestions,
} from './answer-helpers.js';
import {HOSTILE_STRINGS} from './hostile-strings.js';
import {getAuditRows, getVisitState, validateUuid} from './session-helpers.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

interface Refused extends Record<string, unknown> {
  code: string;
  message: string;
  answers: WrongAnswer[];
}

const send = (visitor: Visitor, answers: unknown, more: object = {}) =>
  visitor.call<Refused>('PUT', '/api/session/contact', {
    json: {name: 'Anna', email: 'anna@example.com', answers, ...more},
  });

const correct = (visitor: Visitor, json: object) =>
  visitor.call<Refused>('PATCH', '/api/session', {json});

const listWrong = ({answers}: Refused) =>
  answers.map(({field, expected}) => `${field} ${expected.code}`);

void t.test('answers to the questions of a site', async (t) => {
  const server = await startServer(t);
  await saveQuestions(server, 'acme');
  const {sql} = server;

  await t.test('are stored with the contact, with what the visitor read', async (t) => {
    const visitor = await arriveAt(server, 'acme');

    const {status, body} = await send(visitor, ANSWERS, {locale: 'de-AT'});

    t.equal(status, 202);
    t.notOk('answers' in body);
    const answers = (await visitor.session()).body.answers ?? [];
    t.same(Object.fromEntries(answers.map(({field, value}) => [field, value])), ANSWERS);
    t.same(
      answers.map(({field}) => field),
      QUESTIONS.map((step) => 'field' in step && step.field),
    );
    t.same(answers[0], {
      field: 'position',
      question: 'Welche Stelle, Anna?',
      value: 'nurse',
      label: 'Pflegekraft',
    });
    t.match(answers[1], {label: 'Monday und Friday'});
    t.match(answers[2], {question: 'Why Pflegekraft?', label: 'I like people.\nAnd coffee.'});
    t.match(answers[4], {label: 'Ja'});
    t.match(answers[5], {label: '4\u00a0Jahre'});
    t.match(answers[6], {label: '31. Jänner 2027'});
    const known = {uuid: visitor.uuid, site: 'acme'};
    const {body: validated} = await validateUuid(server.url, known, visitor.token);
    t.match(validated.session, {state: 'pending'});
    t.notOk(validated.session && 'answers' in validated.session);
  });

  await t.test('are absent without questions, and an empty list before the contact', async (t) => {
    const visitor = await arriveAt(server, 'acme');
    t.same((await visitor.session()).body.answers, []);
    t.equal((await send(visitor, {})).status, 202, 'no answer is required');
    t.same((await visitor.session()).body.answers, []);
  });

  await t.test('are corrected one by one', async (t) => {
    const visitor = await arriveAt(server, 'acme');
    await send(visitor, {town: 'Köln', years: 4}, {locale: 'en'});

    const {status, body} = await correct(visitor, {answers: {years: 5, licence: false}});

    t.equal(status, 200);
    t.notOk('answers' in body);
    t.match((await visitor.session()).body.answers, [
      {field: 'town', value: 'Köln'},
      {field: 'licence', label: 'No'},
      {field: 'years', label: '5\u00a0years'},
    ]);
    const [audited] = await getAuditRows(server, visitor.uuid, 'data_rectified');
    t.same(audited?.metadata, {fields: ['answers']});
  });

  await t.test('are kept when the contact is sent again, and only changes count', async (t) => {
    const visitor = await arriveAt(server, 'acme');
    await send(visitor, {town: 'Köln', years: 4});
    const getTimes = () =>
      sql`select field, answered_at from session_answers where session_uuid = ${visitor.uuid}
          order by field`;
    const before = await getTimes();

    t.equal((await send(visitor, {town: 'Köln'})).status, 202);
    t.same([...(await getTimes())], [...before]);
    t.equal((await getAuditRows(server, visitor.uuid, 'data_rectified')).length, 0);
    t.equal((await send(visitor, {town: 'Bonn'})).status, 202);

    t.match(await getAnswerRows(server, visitor.uuid), [{value: 'Bonn'}, {value: 4}]);
    const audited = await getAuditRows(server, visitor.uuid, 'data_rectified');
    t.same(audited[0]?.metadata, {fields: ['answers']});
  });

  await t.test('are refused with all wrong fields, and nothing is stored', async (t) => {
    const visitor = await arriveAt(server, 'acme');

    const {status, body} = await send(visitor, {
      ...ANSWERS,
      position: 'pilot',
      days: ['monday', 'tuesday', 'friday'],
      town: 'K'.repeat(21),
      licence: 'yes',
      years: 61,
      start: '2019-12-31',
      phone: '1234',
      page: 'javascript:alert(1)',
      shoe: {size: 42},
    });

    t.equal(status, 422);
    t.match(body, {status: 'error', code: 'invalid_answer', uuid: null});
    t.same(body.answers, [
      {field: 'position', expected: {code: 'unknown_choice'}},
      {field: 'days', expected: {code: 'too_many_choices', max: 2}},
      {field: 'town', expected: {code: 'too_long', max: 20}},
      {field: 'licence', expected: {code: 'wrong_type', type: 'boolean'}},
      {field: 'years', expected: {code: 'too_large', max: 60}},
      {field: 'start', expected: {code: 'too_early', min: '2020-01-01'}},
      {field: 'phone', expected: {code: 'not_a_phone', min: 5, max: 15}},
      {field: 'page', expected: {code: 'not_a_url'}},
      {field: 'shoe', expected: {code: 'wrong_type', type: 'answer'}},
    ]);
    t.notMatch(JSON.stringify(body), /pilot|KKK|alert|1234/);
    for (const expected of [
      'position (unknown_choice): expected one of the options (nurse, doctor, or {"other": "…"})',
      'days (too_many_choices): expected at most 2 options',
      'town (too_long): expected a text of at most 20 characters',
      'licence (wrong_type): expected true or false',
      'years (too_large): expected a number of at most 60',
      'start (too_early): expected a date that is not before 2020-01-01',
    ])
      t.ok(body.message.includes(expected), expected);
    t.same(await getAnswerRows(server, visitor.uuid), []);
    t.equal(await getVisitState(server, visitor.uuid), 'open');
    t.equal((await send(visitor, ANSWERS)).status, 202);

    const before = (await visitor.session()).body;
    const patched = await correct(visitor, {name: 'Zora', answers: {years: 5, town: ''}});
    t.equal(patched.status, 422);
    t.same(listWrong(patched.body), ['town too_short']);
    t.same((await visitor.session()).body, before, 'the name is not changed either');
  });

  await t.test('need the consent to storing and a session', async (t) => {
    const visitor = await Visitor.arrive(server.url, 'acme');
    t.match(await send(visitor, {years: 999}), {status: 403, body: {code: 'consent_required'}});
    await visitor.consent({personal_data: true});
    t.match(await correct(visitor, {answers: {years: 5}}), {status: 404});
  });

  await t.test('are limited to 100 in a session', async (t) => {
    const visitor = await arriveAt(server, 'acme');
    const many = (count: number, prefix = 'f') =>
      Object.fromEntries(Array.from({length: count}, (_, i) => [`${prefix}${i}`, i]));

    const refused = await send(visitor, many(MAX_ANSWERS + 1));
    t.equal(refused.status, 422);
    t.same(listWrong(refused.body), ['f100 too_many_answers']);
    t.match(refused.body.message, /101 answers were sent.*f100.*at most 100 answers in a session/);
    t.equal((await send(visitor, many(MAX_ANSWERS - 1))).status, 202);
    t.equal((await correct(visitor, {answers: {f0: 7, last: 'one'}})).status, 200);

    const more = await correct(visitor, {answers: {f0: 8, more: 1}});
    t.equal(more.status, 422);
    t.same(listWrong(more.body), ['more too_many_answers']);
    t.match(more.body.message, /would have 101 answers.*at most 100 answers in a session/);
    const rows = await getAnswerRows(server, visitor.uuid);
    t.equal(rows.length, MAX_ANSWERS);
    t.equal(rows.find(({field}) => field === 'f0')?.value, 7);
    const flood = await correct(visitor, {answers: many(5_000, 'g')});
    t.equal(flood.status, 422);
    t.equal(flood.body.answers.length, MAX_ANSWERS);
    t.ok(JSON.stringify(flood.body).length < 64_000);
  });

  await t.test('are limited to 48 KiB as JSON, in a body of 128 KiB', async (t) => {
    const visitor = await arriveAt(server, 'acme');
    // 12 texts of the maximum length fill the limit, except for the JSON around them.
    const texts = Object.fromEntries(
      Array.from({length: 12}, (_, i) => [`t${i}`, 'a'.repeat(4_000)]),
    );
    const room = MAX_ANSWERS_BYTES - Buffer.byteLength(JSON.stringify({...texts, z: ''}));

    const refused = await send(visitor, {...texts, z: 'z'.repeat(room + 1)});
    t.equal(refused.status, 422);
    t.same(refused.body.answers, [
      {field: 't0', expected: {code: 'answers_too_large', max: MAX_ANSWERS_BYTES}},
    ]);
    t.match(
      refused.body.message,
      /would have 49153 bytes as JSON.*t0 \(answers_too_large\): expected at most 49152 bytes/,
    );
    t.equal((await send(visitor, {...texts, z: 'z'.repeat(room)})).status, 202);
    t.match(await correct(visitor, {answers: {y: 1}}), {status: 422});

    const body = (bytes: number) => {
      const json = JSON.stringify({name: 'Anna', email: 'anna@example.com', answers: {z: 'z'}});
      return json + ' '.repeat(bytes - json.length);
    };
    const put = (path: string, method: string, bytes: number) =>
      visitor.call(method, path, {
        body: body(bytes),
        headers: {'content-type': 'application/json'},
      });
    const most = 128 * 1024;
    t.equal((await put('/api/session/contact', 'PUT', most)).status, 202);
    const beyond = await put('/api/session/contact', 'PUT', most + 1);
    t.match(beyond, {status: 413, body: {code: 'body_too_large'}});
    t.match(JSON.stringify(beyond.body), /of 131073 bytes.*at most 131072 bytes/);
    t.equal((await put('/api/session', 'PATCH', most)).status, 200);
    t.equal((await put('/api/session', 'PATCH', most + 1)).status, 413);
  });

  await t.test('survive hostile texts', async (t) => {
    const hostile = HOSTILE_STRINGS.map((text) => [...text].slice(0, 100).join(''));
    const visitor = await arriveAt(server, 'acme');
    t.equal((await send(visitor, {})).status, 202);
    for (const text of [...hostile, '<img src=x onerror=alert(1)>', '=HYPERLINK("http://x")']) {
      const why = await correct(visitor, {
        answers: {why: text, position: {other: text}, gone: text},
      });
      // Only a text that is empty after cleaning is refused.
      if (why.status === 200) {
        const [position, answer] = await getAnswerRows(server, visitor.uuid);
        t.ok((answer?.value as string).length > 0);
        t.match(position?.value, {other: String});
        t.notMatch(answer?.label, /(?![\n\t])[\p{Cc}\p{Bidi_Control}\p{Cs}]/u);
      } else t.same(listWrong(why.body).sort(), ['position too_short', 'why too_short']);
    }
    for (const wrong of [null, {}, [], {other: 1}, [[]], [null], {other: {other: 'x'}}, '', 1e9]) {
      const fields = Object.keys(ANSWERS);
      const all = await correct(visitor, {
        answers: Object.fromEntries(fields.map((field) => [field, wrong])),
      });
      t.equal(all.status, 422);
      t.same(
        all.body.answers.map(({field}) => field),
        fields,
        JSON.stringify(wrong),
      );
    }
  });

  await t.test('have fields of the expected form', async (t) => {
    const visitor = await arriveAt(server, 'acme');
    for (const field of ['Name', 'name', 'email', 'a-b', '', `a${'b'.repeat(40)}`, '<b>']) {
      const {status, body} = await send(visitor, {[field]: 'x'});
      t.equal(status, 400, field);
      t.equal(body.code, 'invalid_request');
    }
    const poison = '{"name":"A","email":"a@example.com","answers":{"__proto__":{"x":1}}}';
    const headers = {'content-type': 'application/json'};
    t.match(await visitor.call('PUT', '/api/session/contact', {body: poison, headers}), {
      status: 400,
    });
    t.equal((await send(visitor, [])).status, 400);
    t.equal((await send(visitor, 'x')).status, 400);
    t.equal((await send(visitor, {constructor: 'x', tostring: 1, valueof: true})).status, 202);
    t.equal((await getAnswerRows(server, visitor.uuid)).length, 3);
  });

  await t.test('do not appear in logs, audit rows or metrics', async (t) => {
    const visitor = await arriveAt(server, 'acme');
    const secret = 'Zwiebelfisch';
    await send(visitor, {town: secret, why: secret});
    await correct(visitor, {answers: {town: `${secret} 2`}});
    await correct(visitor, {answers: {town: secret.repeat(9)}});
    await visitor.call('PATCH', '/api/session', {
      body: `{"answers":{"town":"${secret}"},}`,
      headers: {'content-type': 'application/json'},
    });

    t.notMatch(JSON.stringify(server.logLines), new RegExp(secret));
    const audited = await sql`select from audit_logs where audit_logs::text like ${`%${secret}%`}`;
    t.equal(audited.length, 0);
    const counted = await sql`select from funnel_daily where funnel_daily::text like '%town%'`;
    t.equal(counted.length, 0);
    t.notMatch((await visitor.call('GET', '/metrics')).body, new RegExp(secret));
  });
});

t.test('an error about thousands of answers lists 100 of them', async (t) => {
  const given = Object.fromEntries(Array.from({length: 5_000}, (_, i) => [`f${i}`, {}]));
  const read = () =>
    readAnswers(given, {conversation: getConversation(), stored: [], name: '', locale: null});
  try {
    t.fail(JSON.stringify(read()));
  } catch (error) {
    t.equal((error as InvalidAnswer).answers?.length, MAX_ANSWERS);
  }
  const answers = Array.from({length: MAX_ANSWERS + 1}, (_, i) => ({
    field: `f${i}`,
    expected: {code: 'too_long' as const, max: 1},
  }));
  t.equal(new InvalidAnswer('Wrong.', {answers}).toBody('r').answers?.length, MAX_ANSWERS);
});
