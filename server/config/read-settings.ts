import envSchema from 'env-schema';

import {Settings} from './environment.js';
import {redactValue} from './setting-values.js';

interface SettingError {
  instancePath: string;
  message?: string;
  params?: {allowedValues?: string[]};
}

interface NumberSchema {
  type?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
}

/** Returns the accepted numbers of a numeric setting, and the accepted values of a flag. */
const describeRange = (name: string): string | undefined => {
  const schema = Settings.properties[name as keyof Settings] as NumberSchema | undefined;
  const {type, minimum, exclusiveMinimum = 0, maximum = Infinity} = schema ?? {};
  if (type === 'boolean') return 'must be true or false';
  if (type !== 'integer' && type !== 'number') return undefined;
  const kind = type === 'integer' ? 'a whole number' : 'a number';
  const from = minimum === undefined ? `above ${exclusiveMinimum}` : `from ${minimum}`;
  return `must be ${kind} ${from} to ${maximum.toLocaleString('en')}`;
};

/** Reads the settings. An invalid setting counts as unset, so that the others are validated too. */
export const readSettings = (env: NodeJS.ProcessEnv, errors: string[]): Settings => {
  const data: NodeJS.ProcessEnv = {};
  for (const name of Object.keys(Settings.properties)) {
    // `PORT=` in a shell or a compose file means "not set".
    if (env[name]?.trim()) data[name] = env[name].trim();
  }
  try {
    return envSchema<Settings>({schema: Settings, data, env: false, dotenv: false});
  } catch (error) {
    const {errors: found} = error as {errors?: SettingError[]};
    if (!found) throw error;
    for (const {instancePath, message, params} of found) {
      const name = instancePath.slice(1);
      const allowed = params?.allowedValues;
      const problem = allowed
        ? `must be one of ${allowed.join(', ')}`
        : (describeRange(name) ?? message ?? 'is not valid');
      errors.push(`${name} ${problem}, but is "${redactValue(data[name] ?? '')}".`);
    }
    const wrong = new Set(found.map(({instancePath}) => instancePath.slice(1)));
    const rest = Object.entries(data).filter(([name]) => !wrong.has(name));
    return readSettings(Object.fromEntries(rest), errors);
  }
};
