import {validate as isUuid, version} from 'uuid';

/** Returns the UUID in lower case if it is of version 4. */
export const readUuid = (given: unknown): string | undefined =>
  typeof given === 'string' && isUuid(given) && version(given) === 4
    ? given.toLowerCase()
    : undefined;
