import {createHash} from 'node:crypto';

/** Returns the entity tag of a response body, a hash of its contents. */
export const createEtag = (body: string | Buffer): string =>
  `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;

/**
 * Returns whether `If-None-Match` contains the tag, so that the client already has this body. The
 * comparison is weak (RFC 9110, section 13.1.2), because a proxy that compresses a body weakens its
 * tag.
 */
export const hasBody = (ifNoneMatch: string | undefined, etag: string): boolean =>
  (ifNoneMatch ?? '')
    .split(',')
    .map((tag) => tag.trim())
    .some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag);
