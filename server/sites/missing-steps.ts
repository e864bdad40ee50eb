import type {Step} from '../contract/conversation.js';
import type {ValidationError} from '../errors.js';
import {findReachedSteps} from './step-ways.js';

type IsStep = (step: Step) => boolean;

const asksFor =
  (field: 'name' | 'email'): IsStep =>
  (step) =>
    step.type === 'ask' && step.field === field;
const asksForStorage: IsStep = (step) =>
  step.type === 'consent' && step.purpose === 'personal_data';
const isComplete: IsStep = (step) => step.type === 'end' && step.outcome === 'complete';

interface Need {
  of: IsStep;
  needs: IsStep;
  /** Name of the needed step, and the consequence of its absence. */
  message: string;
}

const NEEDS: Need[] = [
  {
    of: asksFor('email'),
    needs: asksFor('name'),
    message: 'a question for the name: the server accepts no e-mail address without a name',
  },
  {
    of: asksFor('email'),
    needs: asksForStorage,
    message: 'the consent to personal_data: the server accepts no e-mail address without it',
  },
  {
    of: ({type}) => type === 'upload',
    needs: asksForStorage,
    message: 'the consent to personal_data: the server accepts no file without it',
  },
  {
    of: isComplete,
    needs: asksFor('email'),
    message: 'a question for the e-mail address: the answers are never submitted',
  },
  {
    of: isComplete,
    needs: ({type}) => type === 'verify_email',
    message: 'verify_email: Maria thanks for a confirmation that did not happen',
  },
];

/** Returns a warning for each step that a visitor can reach without another step that it needs. */
export const findMissingSteps = (steps: Step[], path: string): ValidationError[] =>
  NEEDS.flatMap(({of, needs, message}) => {
    const reached = findReachedSteps(steps, [0], needs);
    return steps.flatMap((step, i) =>
      of(step) && reached.has(i)
        ? [{path: `${path}/${i}`, message: `can be reached without ${message}`}]
        : [],
    );
  });
