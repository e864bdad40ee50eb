import type {ObjectStore} from '../object-store/object-store.js';

/** Returns every key under the prefix. */
export const listKeys = async (objects: ObjectStore, prefix = 'uploads/'): Promise<string[]> => {
  const keys: string[] = [];
  for await (const page of objects.list(prefix)) keys.push(...page.objects.map(({key}) => key));
  return keys;
};
