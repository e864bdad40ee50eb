import type * as questions from './questions.js';

let inputs: typeof questions | null = null;

/** Loads the inputs of all kinds but `text`, which have their own file. Rejects if that fails. */
export const loadInputs = async () => {
  inputs ??= await import('./questions.js');
};

/** Null until they have been loaded. */
export const loadedInputs = () => inputs;
