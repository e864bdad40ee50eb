import type {Step} from '../contract/conversation.js';

/** Returns the indexes of the steps that can follow a step. The index after the last is none. */
export const findStepTargets = (steps: Step[], index: number): number[] => {
  const {type, next = []} = steps[index]!;
  if (type === 'end') return [];
  const always = next.findIndex(({when}) => when === undefined);
  const taken = always < 0 ? next : next.slice(0, always + 1);
  const targets = taken.map(({to}) => steps.findIndex(({id}) => id === to));
  return always < 0 ? [...targets, index + 1] : targets;
};

/** Returns the indexes of the steps that can be reached. No way leads on from a step that `isWall`. */
export const findReachedSteps = (
  steps: Step[],
  starts: number[],
  isWall: (step: Step) => boolean = () => false,
): Set<number> => {
  const reached = new Set<number>();
  const waiting = [...starts];
  for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
    if (i < 0 || i >= steps.length || reached.has(i)) continue;
    reached.add(i);
    if (!isWall(steps[i]!)) waiting.push(...findStepTargets(steps, i));
  }
  return reached;
};
