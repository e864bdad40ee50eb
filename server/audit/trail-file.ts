import type {TrailRow} from '../contract/owner-trail.js';

/** Returns the file of an audit row; its name is null if the file was deleted. */
export const toTrailFile = (
  {file_id: id}: Record<string, unknown>,
  name: string | null,
): TrailRow['file'] => (typeof id === 'string' ? {id, name} : null);
