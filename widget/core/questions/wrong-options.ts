import type {QuestionStep, Step} from '../../../server/contract/conversation.js';

import {isSiteQuestion} from '../flow/step-types.js';

/** A conversation that was saved by another version of the server can have other options. */
export const removeWrongOptions = (step: Step) => {
  if (!isSiteQuestion(step) || step.kind !== 'choice') return;
  const options: unknown = step.options;
  step.options = Array.isArray(options) ? (options as unknown[]).filter(isOption) : [];
};

type Option = Extract<QuestionStep, {kind: 'choice'}>['options'][number];

const isOption = (option: unknown): option is Option => {
  const {label, value} = Object(option) as {label?: unknown; value?: unknown};
  const words = Object.values(Object(label) as object);
  return (
    typeof value === 'string' && Boolean(label) && words.every((one) => typeof one === 'string')
  );
};
