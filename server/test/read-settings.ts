import {InvalidSettings, readConfig} from '../config/config.js';
import type {Config} from '../config/config.js';

export const SECRET = 's'.repeat(32);

export const readSettings = (settings: Record<string, string> = {}): Config =>
  readConfig({SECRET_KEY: SECRET, ...settings});

/** Returns the errors of these settings, one line each. */
export const getSettingErrors = (settings: Record<string, string>): string[] => {
  try {
    readSettings(settings);
  } catch (error) {
    if (error instanceof InvalidSettings) return error.errors;
    throw error;
  }
  return [];
};
