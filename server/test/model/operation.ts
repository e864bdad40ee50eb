import assert from 'node:assert/strict';

import fc from 'fast-check';
import type {AsyncCommand} from 'fast-check';

import type {ApiResponse} from '../visitor.js';
import type {ModelVisit} from './visit.js';
import type {World} from './world.js';

/** Visits of one run, and the counters of all runs. */
export interface Model {
  visits: ModelVisit[];
  funnel: Map<string, number>;
  operations: number;
}

export type Operation = AsyncCommand<Model, World>;

/** Visitor and replica of an operation. The numbers are small, so that the same ones meet often. */
export interface OperationTarget {
  who: number;
  replica: number;
}

export const operationTarget = fc.record({who: fc.nat(3), replica: fc.nat(1)});

export interface OperationSpec<P> {
  name: string;
  params: fc.Arbitrary<P>;
  /** Condition under which the step is possible; always, if absent. */
  when?: (model: Model, params: P) => boolean;
  run: (model: Model, world: World, params: P) => Promise<void>;
}

export const createOperation = <P>({
  name,
  params,
  when,
  run,
}: OperationSpec<P>): fc.Arbitrary<Operation> =>
  params.map((given) => ({
    check: (model) => when?.(model, given) ?? true,
    run: async (model, world) => {
      model.operations += 1;
      await run(model, world, given);
    },
    toString: () => `${name}(${JSON.stringify(given)})`,
  }));

/** Creates an operation on one visitor: a present one, or the last one whose visit has ended. */
export const createVisitorOperation = <P extends OperationTarget>(
  name: string,
  params: fc.Arbitrary<P>,
  run: (visit: ModelVisit, world: World, params: P, model: Model) => Promise<void>,
  when: (visit: ModelVisit) => boolean = () => true,
): fc.Arbitrary<Operation> => {
  const chooseVisit = ({visits}: Model, {who}: P) => {
    const present = [
      ...getLivingVisits(visits),
      ...visits.filter(({isAlive}) => !isAlive).slice(-1),
    ];
    return present[who % present.length];
  };
  return createOperation<P>({
    name,
    params,
    when: (model, given) => {
      const visit = chooseVisit(model, given);
      return visit !== undefined && when(visit);
    },
    run: async (model, world, given) => {
      const visit = chooseVisit(model, given);
      if (visit) await run(visit, world, given, model);
    },
  });
};

export const getLivingVisits = (visits: ModelVisit[]): ModelVisit[] =>
  visits.filter(({isAlive}) => isAlive);

export const incrementCounter = ({funnel}: Model, counter: string): void => {
  funnel.set(counter, (funnel.get(counter) ?? 0) + 1);
};

/** Requires the status and error code that the model predicts. */
export const requireStatus = (
  response: ApiResponse<object>,
  status: number,
  code?: string,
): void => {
  const told = (response.body as {code?: string} | null)?.code;
  assert.deepEqual({status: response.status, code: told}, {status, code});
};

/** Returns whether the visit has ended. If it has, requires `session_gone`. */
export const hasEnded = (visit: ModelVisit, response: ApiResponse<object>): boolean => {
  visit.endIfExpired();
  if (visit.isAlive) return false;
  requireStatus(response, 410, 'session_gone');
  return true;
};
