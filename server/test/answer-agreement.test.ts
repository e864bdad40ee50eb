import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

import {build} from 'esbuild';
import fc from 'fast-check';
import t from 'tap';
import type {Test} from 'tap';

import {todayAnywhere} from '../sites/today.js';
import {MAX_ANSWERS_BYTES} from '../contract/answer-limits.js';
import {checkAnswer} from '../contract/answers.js';
import type {AnswerError} from '../contract/answers.js';
import type {WrongAnswer} from '../contract/common.js';
import type {QuestionStep} from '../contract/conversation.js';
import type {Answer} from '../contract/questions.js';
import {AGREEMENT_QUESTIONS} from './agreement-questions.js';
import {createAnswers} from './agreement-values.js';
import type {GivenAnswer} from './agreement-values.js';
import {arriveAt, getAnswerRows, saveQuestions} from './answer-helpers.js';
import {startServer, temporaryFolder} from './start-server.js';

const CASES_PER_KIND = Number(process.env['AGREEMENT_CASES'] ?? 10_000);
const SEED = Number(process.env['AGREEMENT_SEED'] ?? Date.now() % 2 ** 31);
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** Questions of each kind, as steps of one conversation. */
const STEPS = Object.entries(AGREEMENT_QUESTIONS).flatMap(([kind, questions]) =>
  questions.map((question, i): QuestionStep => ({
    ...question,
    id: `${kind}_${i}`,
    field: `${kind}_${i}`,
  })),
);
const REQUESTS = Math.ceil(CASES_PER_KIND / 10);

/** The functions of `widget/test/typed-answers.ts`, which is compiled for browsers. */
interface TypedAnswers {
  readTyped: (step: QuestionStep, fields: [string, string][], locale: string) => unknown;
  checkGiven: (step: QuestionStep, given: unknown) => {error: AnswerError | null; value: Answer};
}

const loadWidget = async (t: Test): Promise<TypedAnswers> => {
  const outfile = path.join(await temporaryFolder(t), 'typed-answers.mjs');
  await build({
    entryPoints: [path.join(PROJECT, 'widget/test/typed-answers.ts')],
    absWorkingDir: PROJECT,
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    tsconfig: path.join(PROJECT, 'widget/tsconfig.json'),
    // Node 20 has no `navigator`.
    define: {'navigator.languages': '[]'},
  });
  return (await import(pathToFileURL(outfile).href)) as TypedAnswers;
};

interface Case {
  step: QuestionStep;
  sent: unknown;
  /** Expectation of the widget that the answer does not meet. */
  error: AnswerError | null;
  value: Answer;
}

/** Returns the difference between the server's finding and the widget's; null if there is none. */
const compare = ({step, sent, error}: Case, found: AnswerError | null): string | null => {
  const usesToday = step.kind === 'date' && [step.min, step.max].includes('today');
  // The server does not know the visitor's day, so that it also accepts the days around its own.
  const expected = usesToday ? checkAnswer(step, sent, todayAnywhere(Date.now())) : error;
  const isRefusedOnlyByServer = error === null && found !== null;
  if (JSON.stringify(found) === JSON.stringify(expected) && !isRefusedOnlyByServer) return null;
  return JSON.stringify({step, sent, widget: error, server: found});
};

const countBytes = (answers: Map<string, Answer>): number =>
  Buffer.byteLength(JSON.stringify(Object.fromEntries(answers)));

const toAnswers = (cases: Case[]): Record<string, unknown> =>
  Object.fromEntries(cases.map(({step, sent}) => [step.field, sent]));

t.test('the server accepts exactly the answers that the widget accepts', async (t) => {
  const server = await startServer(t, {settings: {RATE_LIMIT_PER_MINUTE: '100000'}});
  const {readTyped, checkGiven} = await loadWidget(t);
  await saveQuestions(server, 'acme', STEPS);
  const visitor = await arriveAt(server, 'acme');
  t.equal((await visitor.contact('anna@example.com')).status, 202);
  const send = (cases: Case[]) =>
    visitor.call<{answers: WrongAnswer[]}>('PATCH', '/api/session', {
      json: {answers: toAnswers(cases)},
    });
  const toCase = (step: QuestionStep, given: GivenAnswer): Case => {
    const isTyped = 'fields' in given;
    const read = isTyped ? readTyped(step, given.fields, given.locale) : given.json;
    const {error, value} = checkGiven(step, read);
    // Forms have no lone surrogates.
    if (isTyped && given.isSentAsTyped)
      return {step, sent: given.fields[0]![1].toWellFormed(), error, value};
    // The widget sends the value as it is kept. JSON has no NaN, and no undefined.
    const sent =
      isTyped && error === null ? value : (JSON.parse(JSON.stringify(read ?? null)) as unknown);
    return {step, sent, error, value};
  };
  const counts: Record<string, {accepted: number; refused: number}> = {};
  let kept = new Map<string, Answer>();
  const differences: string[] = [];

  const checkAll = async (given: GivenAnswer[]): Promise<boolean> => {
    const cases = STEPS.map((step, i) => toCase(step, given[i]!));
    const accepted = cases.filter(({error}) => error === null);
    const {status, body} = await send(cases);
    const wrong = new Map((body.answers ?? []).map(({field, expected}) => [field, expected]));
    if (status !== (wrong.size > 0 ? 422 : 200))
      differences.push(`${status} ${JSON.stringify(body)}`);
    for (const one of cases) {
      const difference = compare(one, wrong.get(one.step.field) ?? null);
      if (difference) differences.push(difference);
      const count = (counts[one.step.kind] ??= {accepted: 0, refused: 0});
      count[one.error ? 'refused' : 'accepted']++;
    }
    const all = new Map([
      ...kept,
      ...accepted.map(({step, value}) => [step.field, value] as const),
    ]);
    const isTooLarge = countBytes(all) > MAX_ANSWERS_BYTES;
    const stored = await send(accepted);
    if (stored.status !== (isTooLarge ? 422 : 200)) differences.push(JSON.stringify(stored.body));
    if (!isTooLarge) kept = all;
    return differences.length === 0;
  };

  const {errorInstance} = await fc.check(
    fc.asyncProperty(fc.tuple(...STEPS.map(createAnswers)), checkAll),
    {
      numRuns: REQUESTS,
      seed: SEED,
      // Each answer of the last request is reported separately.
      endOnFailure: true,
    },
  );

  t.comment(`AGREEMENT_SEED=${SEED} ${JSON.stringify(counts)}`);
  t.same(differences, [], `with AGREEMENT_SEED=${SEED}`);
  // Null after a difference, which is no exception.
  t.equal(errorInstance, null);
  for (const kind of new Set(STEPS.map((step) => step.kind))) {
    const {accepted, refused} = counts[kind] ?? {accepted: 0, refused: 0};
    t.ok(accepted + refused >= CASES_PER_KIND, kind);
    t.ok(Math.min(accepted, refused) > CASES_PER_KIND / 20, `${kind}: ${accepted}, ${refused}`);
  }
  const rows = await getAnswerRows(server, visitor.uuid);
  t.same(
    Object.fromEntries(rows.map(({field, value}) => [field, value])),
    Object.fromEntries(kept),
    'the newest accepted answers are stored as the widget keeps them',
  );
});
