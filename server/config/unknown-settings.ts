import {Settings} from './environment.js';

const NAMES = Object.keys(Settings.properties);

/** Prefixes that hardly any other program uses. */
const OWN_PREFIXES = ['MARIA_', 'S3_', 'SMTP_', 'CLAMAV_', 'RESPONDER_'];

/**
 * Returns a sentence for each environment variable that looks like a mistyped setting. Values are
 * left out, because they can be secrets. Variables of other programs are not reported.
 */
export const findUnknownSettings = (env: NodeJS.ProcessEnv): string[] =>
  Object.entries(env)
    .filter(([name, value]) => isCandidate(name, value?.trim() ?? ''))
    .flatMap(([name]) => {
      const nearestName = findNearestSetting(name);
      if (nearestName) return [`${name} is not a setting. Did you mean ${nearestName}?`];
      const prefix = OWN_PREFIXES.find((candidate) => name.toUpperCase().startsWith(candidate));
      return prefix ? [`${name} is not a setting.${getSettingsWithPrefix(prefix)}`] : [];
    })
    .sort();

const isCandidate = (name: string, value: string): boolean =>
  /^[a-z]\w*$/i.test(name) && value !== '' && !NAMES.includes(name) && !isLink(name, value);

/** Variables that Kubernetes and Docker set for a service with a name such as `maria` or `smtp`. */
const isLink = (name: string, value: string): boolean =>
  /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_/.test(name) ||
  (name.endsWith('_PORT') && /^(tcp|udp):/.test(value));

const getSettingsWithPrefix = (prefix: string): string => {
  const names = NAMES.filter((name) => name.startsWith(prefix));
  return names.length === 0 ? '' : ` Settings with this beginning: ${names.join(', ')}.`;
};

const findNearestSetting = (given: string): string | undefined => {
  const [, name = ''] = /^(?:MARIA_(?:CHAT_)?)?(.*)$/.exec(given.toUpperCase()) ?? [];
  const [nearest] = NAMES.map((setting) => ({
    setting,
    distance: calculateEditDistance(name, setting),
  }))
    .filter(({setting, distance}) => distance <= getMaxDistance(setting) && name[0] === setting[0])
    .sort((a, b) => a.distance - b.distance);
  return nearest?.setting;
};

/** Returns the allowed distance. It is smaller for short names, which resemble too many others. */
const getMaxDistance = ({length}: string): number => {
  if (length < 8) return 1;
  return length < 11 ? 2 : 3;
};

/** Returns the Levenshtein distance. */
const calculateEditDistance = (one: string, other: string): number => {
  let row = Array.from({length: other.length + 1}, (_, i) => i);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (const [j, theirs] of [...other].entries()) {
      const replaced = (row[j] ?? 0) + (letter === theirs ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};
