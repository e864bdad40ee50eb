import {ok, warn} from './finding.js';
import type {DoctorDeps, Finding} from './finding.js';

/** Checks that no environment variable is a mistyped setting. */
export async function* checkSettings({config}: DoctorDeps): AsyncGenerator<Finding> {
  const {unknownSettings} = config;
  if (unknownSettings.length === 0) yield ok('names', 'no variable looks like a mistyped setting');
  for (const sentence of unknownSettings) {
    yield warn('names', sentence, 'Correct the name or remove the variable, which has no effect.');
  }
}
