import type * as loaded from './inputs.js';

let inputs: typeof loaded | null = null;

/** Loads the inputs of all kinds but `text`, which have their own file. Rejects if that fails. */
export const loadInputs = async () => (inputs ??= await import('./inputs.js'));

/** Null until they have been loaded. */
export const loadedInputs = () => inputs;
