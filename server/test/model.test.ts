import fc from 'fast-check';
import type {RunDetails} from 'fast-check';
import t from 'tap';

import {requireAgreement, requireFunnel} from './model/agreement.js';
import {visitOperations} from './model/visit-operations.js';
import {sessionOperations} from './model/session-operations.js';
import {fileOperations} from './model/file-operations.js';
import {killOperations} from './model/kill-operations.js';
import type {Model, Operation} from './model/operation.js';
import {timeOperations} from './model/time-operations.js';
import {World} from './model/world.js';

/** `MODEL_OPERATIONS=10000 npm run test:server model` is the long run. */
const OPERATIONS = Number(process.env['MODEL_OPERATIONS'] ?? 500);
/** Seed that a failure prints. Set it to repeat the run. */
const SEED = Number(process.env['MODEL_SEED'] ?? Date.now() % 2 ** 31);
const LONGEST_RUN = 120;

const operations = [
  ...visitOperations,
  ...fileOperations,
  ...sessionOperations,
  ...timeOperations,
  ...killOperations,
];

/** Describes why a run failed, how to repeat it, and the shortest known history. */
const explained = (outcome: RunDetails<[Iterable<Operation>]>, seed: number): string => {
  const {errorInstance, counterexample} = outcome;
  const cause = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  // Commands are printed as `name(…),name(…)`, and a note on how to replay them.
  const history = fc.stringify(counterexample?.[0]).replace(/ *\/\*replayPath.*$/, '');
  const steps = history.split(/,(?=[a-z])/);
  return [
    cause,
    `Repeat and shorten it: MODEL_SEED=${seed} MODEL_OPERATIONS=1 npm test -- server/model`,
    `The shortest known history has ${steps.length} steps:`,
    ...steps.map((step) => `  ${step}`),
  ].join('\n');
};

t.test('two replicas behave as the model predicts', {timeout: 0}, async (t) => {
  const world = await World.open(t);
  const funnel = new Map<string, number>();
  const commands = fc.commands(operations, {maxCommands: LONGEST_RUN, size: 'max'});
  let done = 0;

  for (let seed = SEED; done < OPERATIONS; seed++) {
    const run = fc.asyncProperty(commands, async (steps) => {
      const model: Model = {visits: [], funnel, operations: 0};
      await fc.asyncModelRun(() => ({model, real: world}), steps);
      await requireAgreement(model, world);
      done += model.operations;
    });
    // Each step is a call to real servers, so shrinking can take hours. It happens only when a seed
    // that failed is run again.
    const endOnFailure = !process.env['MODEL_SEED'];
    const outcome = await fc.check(run, {seed, numRuns: 1, endOnFailure});
    if (outcome.failed) {
      t.fail('the replicas differ from the model', {explanation: explained(outcome, seed)});
      return;
    }
  }

  await requireFunnel({funnel}, world);
  t.comment(`${done} operations from MODEL_SEED=${SEED}`);
  t.ok(done >= OPERATIONS);
});
