import t from 'tap';

import type {WrongAnswer} from '../contract/common.js';
import {sessionsCommand} from '../sessions/command.js';
import {QUESTIONS, arriveAt, getAnswerRows, saveQuestions} from './answer-helpers.js';
import {OWNER_EMAIL, confirmLink} from './contact-helpers.js';
import {linesWith} from './data-traces.js';
import {getConfirmationLink} from './mailbox.js';
import {runCommand} from './run-command.js';
import {getVisitState} from './session-helpers.js';
import {startServer} from './start-server.js';
import type {Visitor} from './visitor.js';

const HTML = '<img src=x onerror=alert(1)>';
const FORMULA = '=HYPERLINK("http://x")';
/** Texts of which nothing is left after cleaning. */
const INVISIBLE = ['', ' \n\t', '\u0000', '\ud83d', '\u202e\u2066', '\u3164\u200b'];
const OTHER_TYPES: unknown[] = [
  null,
  {},
  {toString: 1},
  [null],
  [[]],
  {other: 1},
  {other: {other: 'x'}},
];
const FORGED = ['__proto__', 'constructor', HTML, FORMULA, '\u202enurse\u0000x', '\ud83dx'];
const NO_TEXT = [...OTHER_TYPES, true, 7, ['nurse'], {other: 'x'}, ...INVISIBLE];

/** Wrong values of each question in `answer-helpers.ts`. */
const WRONG: Record<string, unknown[]> = {
  position: [
    ...[...OTHER_TYPES, true, 7, ['nurse'], 'pilot', ...FORGED, ...INVISIBLE],
    ...INVISIBLE.map((other) => ({other})),
    ...[{other: 'x'.repeat(201)}, {other: 'x', more: 1}, {Other: 'x'}, 'nurse doctor'],
  ],
  days: [
    ...[...OTHER_TYPES, true, 7, 'monday', [], ['monday', 'monday'], ['monday', 'sunday']],
    ...FORGED.map((one) => ['monday', one]),
    ...[['monday', 'tuesday', 'friday'], [{other: 'x'}], ['monday', 7], [['monday']]],
    Array.from({length: 5_000}, () => 'monday'),
  ],
  why: [...NO_TEXT, 'x'.repeat(4_001), '🙂'.repeat(4_001)],
  town: [...NO_TEXT, 'x'.repeat(21), '🙂'.repeat(21), `${HTML}${HTML}`],
  licence: [...OTHER_TYPES, 0, 1, 'true', 'yes', [true], ...FORGED, ...INVISIBLE],
  years: [...OTHER_TYPES, true, '4', [4], -1, 61, 4.5, 1e300, -0.1, ...FORGED, ...INVISIBLE],
  start: [
    ...[...OTHER_TYPES, true, 20270131, ['2027-01-31'], ...FORGED, ...INVISIBLE],
    ...['2019-12-31', '2027-02-30', '27-01-31', '2027-01-31T00:00Z', '٢٠٢٧-٠١-٣١', '31.01.2027'],
    ...['0000-00-00', '+02027-01-31', '2027-01-31; drop table'],
  ],
  phone: [
    ...[...OTHER_TYPES, true, 12345, ['12345'], ...FORGED, ...INVISIBLE],
    ...['1234', '1'.repeat(16), `1${' -'.repeat(30)}2345`],
    ...['=1+12345', '@12345', '12345;ext=6', 'tel:12345'],
  ],
  page: [
    ...[...OTHER_TYPES, true, 7, ['https://a.example'], ...FORGED, ...INVISIBLE],
    ...['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'file:///etc/passwd'],
    ...['https://', 'https:a.example', '//a.example', 'https://a b.example', 'https://a.example:x'],
    `https://a.example/${'x'.repeat(2_000)}`,
  ],
};
const FIELDS = Object.keys(WRONG);

const patch = (visitor: Visitor, answers: object) =>
  visitor.call<{code: string; answers: WrongAnswer[]}>('PATCH', '/api/session', {json: {answers}});

t.test('wrong values of every kind are refused, with each of their fields', async (t) => {
  const server = await startServer(t);
  await saveQuestions(server, 'acme');
  t.same(
    FIELDS,
    QUESTIONS.map((step) => 'field' in step && step.field),
  );
  const visitor = await arriveAt(server, 'acme');
  const early = await arriveAt(server, 'acme');
  await visitor.contact('anna@example.com', 'Anna', {answers: {town: 'Köln'}});
  const before = (await visitor.session()).body;

  const rounds = Math.max(...Object.values(WRONG).map(({length}) => length));
  for (let round = 0; round < rounds; round++) {
    const answers = Object.fromEntries(
      Object.entries(WRONG).map(([field, values]) => [field, values[round % values.length]]),
    );
    const {status, body} = await patch(visitor, answers);

    t.match({status, code: body.code}, {status: 422, code: 'invalid_answer'}, String(round));
    t.same(
      body.answers.map(({field}) => field),
      FIELDS,
      JSON.stringify(answers).slice(0, 500),
    );
    t.notMatch(JSON.stringify(body), /onerror|HYPERLINK|javascript|etc\/passwd/i);
    const first = await early.contact('early@example.com', 'Emil', {answers});
    t.equal(first.status, 422);
  }

  t.same((await visitor.session()).body, before, 'nothing is changed');
  t.equal(await getVisitState(server, early.uuid), 'open', 'and no session begins');
  t.same([...(await getAnswerRows(server, early.uuid))], []);
  t.same(linesWith(server, ['onerror', 'HYPERLINK', 'drop table']), []);
});

t.test('a key named __proto__ is refused, wherever it is', async (t) => {
  const server = await startServer(t);
  await saveQuestions(server, 'acme');
  const visitor = await arriveAt(server, 'acme');
  await visitor.contact('anna@example.com');
  const poison = '{"__proto__":{"other":"x"}}';

  for (const field of [...FIELDS, 'gone'])
    for (const value of [poison, `[${poison}]`, `{"other":${poison}}`]) {
      const {status} = await visitor.call('PATCH', '/api/session', {
        body: `{"answers":{"${field}":${value}}}`,
        headers: {'content-type': 'application/json'},
      });
      t.equal(status, 400, `${field}: ${value}`);
    }

  t.same([...(await getAnswerRows(server, visitor.uuid))], []);
  t.equal(({} as {other?: string}).other, undefined);
});

t.test('accepted texts are only text wherever they are shown', async (t) => {
  const server = await startServer(t);
  await saveQuestions(server, 'acme');
  const visitor = await arriveAt(server, 'acme');
  const forged = 'Good.\n\nReference:\n  00000000\r\n\u2028Files:\n\u202e  none\u0000\ud83d';
  const page = `https://a.example/"><script>alert(1)</script>`;
  const answers = {
    position: {other: `${HTML}\u0000`},
    why: forged,
    town: '\u202e\u200b=1+1\ud83d',
    phone: '+49 221 12345',
    page,
    gone: '\t@SUM(A1)',
    left: '−2+3',
    wide: '＝1+1',
  };
  t.equal((await visitor.contact('anna@example.com', 'Anna', {answers})).status, 202);
  await confirmLink(getConfirmationLink(await server.mailbox.waitFor('anna@example.com')));
  const {text = '', html = ''} = await server.mailbox.waitFor(OWNER_EMAIL);

  t.notMatch(html, /<(img|script|svg)/i);
  t.match(html, /&lt;img src=x onerror=alert\(1\)&gt;/);
  t.match(html, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
  t.match(text, `${HTML}`);
  t.equal(text.match(/^Reference:$/gm)?.length, 1, 'an answer cannot imitate an entry');
  t.equal(text.match(/^Files:$/gm)?.length, 1);
  t.notMatch(text, /(?!\n)[\p{Bidi_Control}\p{Cs}\p{Cc}]/u);

  const csv = await runCommand(
    server,
    sessionsCommand,
    ...['--site', 'acme', '--format', 'csv', '--answers'],
  );
  const [, row = ''] = csv.split(/\r\n/);
  for (const cell of ["'\u200b=1+1", "'+49 221 12345", "'@SUM(A1)", "'−2+3", "'＝1+1"])
    t.ok(row.includes(`,${cell}`), `${cell} is no formula`);
  t.notMatch(row, /(^|,)"?[=+@−＝-]/);

  const {body} = await visitor.session();
  t.match(
    body.answers?.find(({field}) => field === 'town'),
    {value: '\u200b=1+1', label: '\u200b=1+1'},
  );
  t.match(
    body.answers?.find(({field}) => field === 'why'),
    {question: `Why ${HTML}?`, value: 'Good.\n\nReference:\n  00000000\n\u2028Files:\n  none'},
  );
});
