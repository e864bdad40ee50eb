/**
 * Returns the value as JSON. Some libraries of the page add a `toJSON` to `Array.prototype` or
 * `Object.prototype`, which `JSON.stringify` would call; each copy hides it with a property of its own.
 */
export const toJson = (value: unknown) => JSON.stringify(shielded(value));

const shielded = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  const copy = Array.isArray(value)
    ? value.map(shielded)
    : Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shielded(part)]));
  return Object.defineProperty(copy, 'toJSON', {value: undefined});
};

/** Returns null for text that is no JSON object or array. */
export const parse = (text: string | null | undefined): object | null => {
  try {
    const value: unknown = JSON.parse(text!);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
};
