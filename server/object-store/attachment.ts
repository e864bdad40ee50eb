import contentDisposition from 'content-disposition';

/**
 * The `Content-Disposition` of a download. ASCII throughout: stores answer with the bytes they are
 * given, and a browser would read the bytes of an "é" as Latin-1.
 */
export function attachment(fileName: string): string {
  return contentDisposition(fileName, {fallback: fileName.replaceAll(/[^\x20-\x7e]/gu, '?')});
}
