import type {Validation} from './invalid-request.js';

/** The part of a JSON schema that describes objects and arrays. */
interface Described {
  properties?: Record<string, Described>;
  items?: Described;
  maxItems?: number;
}

/**
 * Returns an error for each array that is longer than its schema allows. The schema library reports
 * all errors of a body, so it would first check every element: tens of thousands fit into 64 kB.
 */
export const findTooLongArrays = (schema: unknown, value: unknown, path = ''): Validation[] => {
  const {properties = {}, items, maxItems = Infinity} = schema as Described;
  if (Array.isArray(value)) {
    if (value.length > maxItems) {
      return [{instancePath: path, message: `must NOT have more than ${maxItems} items`}];
    }
    return items ? value.flatMap((item, i) => findTooLongArrays(items, item, `${path}/${i}`)) : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(properties).flatMap(([name, property]) =>
    Object.hasOwn(value, name)
      ? findTooLongArrays(property, (value as Record<string, unknown>)[name], `${path}/${name}`)
      : [],
  );
};
