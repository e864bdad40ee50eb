import {writeFileSync} from 'node:fs';
import path from 'node:path';

import {InvalidSettings, readConfig} from '../config/config.js';
import {Settings} from '../config/environment.js';

const KNOWN = new Set(Object.keys(Settings.properties));

/** Returns the faults that a server in production would report about exactly this environment. */
export const findSettingErrors = (env: Record<string, string>, folder: string): string[] => {
  const faults = Object.keys(env)
    .filter((name) => !KNOWN.has(name))
    .map((name) => `${name} is no setting`);
  if (env['NODE_ENV'] !== 'production') faults.push('NODE_ENV is not production');
  const own = {...env};
  if (env['SECRET_KEY_FILE']) {
    own['SECRET_KEY_FILE'] = path.join(folder, 'secret-key');
    writeFileSync(own['SECRET_KEY_FILE'], 'a-secret-of-thirty-two-characters');
  }
  try {
    readConfig(own);
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error;
    faults.push(...error.errors);
  }
  return faults;
};
