import {InvalidSettings, readConfig} from '../config/config.js';
import type {Config} from '../config/config.js';

export const SECRET = 's'.repeat(32);

export const read = (settings: Record<string, string> = {}): Config =>
  readConfig({SECRET_KEY: SECRET, ...settings});

/** Returns the errors of these settings, one line each. */
export const faultsOf = (settings: Record<string, string>): string[] => {
  try {
    read(settings);
  } catch (error) {
    if (error instanceof InvalidSettings) return error.faults;
    throw error;
  }
  return [];
};
