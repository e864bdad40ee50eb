import contentDisposition from 'content-disposition';

/**
 * Returns the `Content-Disposition` of a download in ASCII only. A store returns the header's bytes
 * unchanged, and a browser would decode the bytes of an "é" as Latin-1.
 */
export function createContentDisposition(fileName: string): string {
  return contentDisposition(fileName, {fallback: fileName.replaceAll(/[^\x20-\x7e]/gu, '?')});
}
