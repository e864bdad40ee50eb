import fc from 'fast-check';
import t from 'tap';

import {todayAnywhere} from '../answers/today.js';
import {checkAnswer} from '../contract/answers.js';
import type {Question} from '../contract/questions.js';
import {ANSWERS, QUESTIONS, arriveAt, saveQuestions} from './answer-helpers.js';
import {HOSTILE_STRINGS} from './hostile-strings.js';
import {startServer} from './start-server.js';

const RUNS = 400;

/** Values near the valid ones, so that many runs are on either side of a limit. */
const near = fc.oneof(
  fc.constantFrom<unknown>(...Object.values(ANSWERS), ...HOSTILE_STRINGS),
  fc.constantFrom<unknown>('doctor', 'K'.repeat(20), 'K'.repeat(21), '2019-12-31', '2020-01-01'),
  fc.constantFrom<unknown>(-1, 0, 60, 61, 0.5, true, null, 'http://a', '12345', '1234'),
  fc.subarray<unknown>(['monday', 'tuesday', 'friday', 'monday', {other: 'x'}]),
  fc.record({other: fc.string({maxLength: 202, minLength: 198})}),
  fc.jsonValue({maxDepth: 2}),
);

t.test('the server accepts exactly the answers that the shared check accepts', async (t) => {
  const server = await startServer(t);
  await saveQuestions(server, 'acme');
  const visitor = await arriveAt(server, 'acme');
  t.equal((await visitor.contact('anna@example.com')).status, 202);
  const counts = {accepted: 0, refused: 0};

  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...(QUESTIONS as Question[])), near, async (step, value) => {
      const fault = checkAnswer(step, value, todayAnywhere(Date.now()));
      const answers = {[step.field]: value};
      const {status, body} = await visitor.call('PATCH', '/api/session', {json: {answers}});
      if (fault === null) {
        counts.accepted++;
        return status === 200;
      }
      counts.refused++;
      // A key such as `__proto__` is refused before any answer is checked.
      if (status === 400) return JSON.stringify(answers).includes('__proto__');
      t.same(body['answers'], [{field: step.field, expected: fault}]);
      return status === 422;
    }),
    {numRuns: RUNS},
  );

  t.ok(counts.accepted > RUNS / 20 && counts.refused > RUNS / 20, JSON.stringify(counts));
});
