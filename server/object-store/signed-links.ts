import {createHmac, timingSafeEqual} from 'node:crypto';

export interface SignedLink {
  key: string;
  /** Expiry time in seconds since 1970, as text. */
  expires: string;
  name: string;
  type: string;
}

/** Returns the path and query of a link that `verifyDownload` accepts until `expires`. */
export function createSignedPath(link: SignedLink, signingKey: Buffer): string {
  const path = link.key.split('/').map(encodeURIComponent).join('/');
  const {expires, name, type} = link;
  const signature = createSignature(link, signingKey).toString('base64url');
  const query = new URLSearchParams({expires, name, type, signature});
  return `/objects/${path}?${query.toString()}`;
}

/** Returns whether we signed exactly this link and it is still valid. `key` is the decoded path. */
export function verifyDownload(
  link: SignedLink & {signature: string},
  signingKey: Buffer,
  now = new Date(),
): boolean {
  const given = Buffer.from(link.signature, 'base64url');
  const expected = createSignature(link, signingKey);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  return Number(link.expires) * 1000 > now.getTime();
}

function createSignature({key, expires, name, type}: SignedLink, signingKey: Buffer): Buffer {
  // JSON separates the fields, so that a file name cannot imitate the other fields.
  return createHmac('sha256', signingKey)
    .update(JSON.stringify([key, expires, name, type]))
    .digest();
}
