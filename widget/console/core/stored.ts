/** Names of the values that the console keeps in a browser. */
type Name = 'theme' | 'keys' | 'asked-for' | 'site';

/** Values that belong to the account. The others are settings of the browser. */
const OF_ACCOUNT = ['asked-for', 'site'] as const satisfies Name[];

const PREFIX = 'maria-console:';

/** Returns a kept value, or null. A browser that keeps nothing has none. */
export const readStored = (name: Name): string | null => {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
};

/** Keeps a value, or deletes it if it is null. Returns whether the browser allows it. */
export const store = (name: Name, value: string | null): boolean => {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
    return true;
  } catch {
    return false;
  }
};

/** Deletes the values that belong to the account. Other pages of this origin keep theirs. */
export const deleteAccountValues = (): void => {
  for (const name of OF_ACCOUNT) store(name, null);
};
