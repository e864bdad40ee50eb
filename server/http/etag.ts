import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import type {Stats} from 'node:fs';

import {LRUCache} from 'lru-cache';

/** Returns the entity tag of a response body, a hash of its contents. */
export const createEtag = (body: string | Buffer): string =>
  `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;

/**
 * Returns whether `If-None-Match` contains the tag, so that the client already has this body. The
 * comparison is weak (RFC 9110, section 13.1.2), because a proxy that compresses a body weakens its
 * tag.
 */
export const matchesEtag = (ifNoneMatch: string | undefined, etag: string): boolean =>
  (ifNoneMatch ?? '')
    .split(',')
    .map((tag) => tag.trim())
    .some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag);

/** Number of files whose tags are kept: more than those of two releases. */
const MAX_FILES = 1_000;

type FileVersion = Pick<Stats, 'ctimeMs' | 'mtimeMs' | 'size'>;

/**
 * Entity tags of files, from their contents. Size and time would differ between replicas of one
 * release, and could be equal for two releases: npm packs all files with one time.
 */
export class FileEtags {
  private readonly tags = new LRUCache<string, FileVersion & {etag: string}>({max: MAX_FILES});

  /** Returns the tag of a file. Reads the file the first time, and again after a change. */
  get(file: string, {ctimeMs, mtimeMs, size}: FileVersion): string {
    const known = this.tags.get(file);
    const isSame = known?.ctimeMs === ctimeMs && known.mtimeMs === mtimeMs && known.size === size;
    if (isSame) return known.etag;
    const etag = createEtag(readFileSync(file));
    this.tags.set(file, {ctimeMs, mtimeMs, size, etag});
    return etag;
  }
}
