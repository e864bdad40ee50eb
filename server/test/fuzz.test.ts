import fc from 'fast-check';
import t from 'tap';

import {closeConnections} from './fuzz-http.js';
import {createPlans} from './fuzz-requests.js';
import {FuzzRun} from './fuzz-run.js';
import {FuzzWorld} from './fuzz-world.js';
import {fetchOpenApi, getOperations} from './openapi-document.js';
import {startServer} from './start-server.js';

const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 3_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const AT_ONCE = 8;
const RATE_LIMIT = {RATE_LIMIT_PER_MINUTE: '100000'};

t.test('every response to a random request matches the description', async (t) => {
  const server = await startServer(t, {settings: RATE_LIMIT});
  t.teardown(closeConnections);
  const document = await fetchOpenApi(server.url);
  const world = await FuzzWorld.open(server);
  const canary = await world.canaryState();
  const run = new FuzzRun(document, world, Number(new URL(server.url).port));
  const batches = fc.array(createPlans(document, getOperations(document)), {
    minLength: AT_ONCE,
    maxLength: AT_ONCE,
  });

  await fc.check(
    fc.asyncProperty(batches, (batch) => run.all(batch)),
    // Earlier requests can be part of the cause, so a smaller batch would prove nothing.
    {numRuns: Math.ceil(REQUESTS / AT_ONCE), seed: SEED, endOnFailure: true},
  );

  t.comment(`${run.summary}; FUZZ_SEED=${SEED}`);
  t.same(run.problems, [], `with FUZZ_SEED=${SEED}`);
  t.ok(run.sent >= REQUESTS);
  for (const status of ['200', '201', '202', '204', '400', '401', '404', '409', '410', '415']) {
    t.ok(run.statuses.has(status), `${status} was among the responses`);
  }
  t.same(await world.canaryState(), canary, 'the canary is unchanged');
  const unseen = server.logLines.filter(({level}) => (level as number) >= 50);
  t.same(unseen, [], 'no error is logged without a response');
});
