/** Name of the loader, equal in every release. */
export const LOADER = 'maria-chat.js';

const CHUNK = /^[a-z][\w.-]{0,80}-[\w-]{8,64}\.js$/;
const VERSION = /^\d{1,6}\.\d{1,6}\.\d{1,6}([-+][\w.+-]{1,60})?$/;

/** Returns true for a name that ends in a hash of the file's contents, like the build's names. */
export const isChunkName = (name: string): boolean => CHUNK.test(name);

/** Returns true for a version of the form that `package.json` requires. */
export const isVersion = (text: string): boolean => VERSION.test(text);
