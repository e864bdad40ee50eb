import assert from 'node:assert/strict';

import fc from 'fast-check';
import type {AsyncCommand} from 'fast-check';

import type {Answer} from '../visitor.js';
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
export interface Meeting {
  who: number;
  replica: number;
}

export const meeting = fc.record({who: fc.nat(3), replica: fc.nat(1)});

export interface Step<P> {
  name: string;
  params: fc.Arbitrary<P>;
  /** Condition under which the step is possible; always, if absent. */
  when?: (model: Model, params: P) => boolean;
  run: (model: Model, world: World, params: P) => Promise<void>;
}

export const operation = <P>({name, params, when, run}: Step<P>): fc.Arbitrary<Operation> =>
  params.map((given) => ({
    check: (model) => when?.(model, given) ?? true,
    run: async (model, world) => {
      model.operations += 1;
      await run(model, world, given);
    },
    toString: () => `${name}(${JSON.stringify(given)})`,
  }));

/** Creates an operation on one visitor: a present one, or the last one whose visit has ended. */
export const visitorOperation = <P extends Meeting>(
  name: string,
  params: fc.Arbitrary<P>,
  run: (visit: ModelVisit, world: World, params: P, model: Model) => Promise<void>,
  when: (visit: ModelVisit) => boolean = () => true,
): fc.Arbitrary<Operation> => {
  const visitOf = ({visits}: Model, {who}: P) => {
    const present = [...livingOf(visits), ...visits.filter(({isAlive}) => !isAlive).slice(-1)];
    return present[who % present.length];
  };
  return operation<P>({
    name,
    params,
    when: (model, given) => {
      const visit = visitOf(model, given);
      return visit !== undefined && when(visit);
    },
    run: async (model, world, given) => {
      const visit = visitOf(model, given);
      if (visit) await run(visit, world, given, model);
    },
  });
};

export const livingOf = (visits: ModelVisit[]): ModelVisit[] =>
  visits.filter(({isAlive}) => isAlive);

export const count = ({funnel}: Model, counter: string): void => {
  funnel.set(counter, (funnel.get(counter) ?? 0) + 1);
};

/** Requires the status and error code that the model predicts. */
export const expectAnswer = (answer: Answer<object>, status: number, code?: string): void => {
  const told = (answer.body as {code?: string} | null)?.code;
  assert.deepEqual({status: answer.status, code: told}, {status, code});
};

/** Returns whether the visit has ended. If it has, requires `session_gone`. */
export const isOver = (visit: ModelVisit, answer: Answer<object>): boolean => {
  visit.meet();
  if (visit.isAlive) return false;
  expectAnswer(answer, 410, 'session_gone');
  return true;
};
