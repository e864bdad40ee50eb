import type {ObjectStore} from '../object-store/object-store.js';

/** Every key under uploads/. */
export const keysIn = async (objects: ObjectStore): Promise<string[]> => {
  const keys: string[] = [];
  for await (const page of objects.list('uploads/')) keys.push(...page.objects.map(({key}) => key));
  return keys;
};
