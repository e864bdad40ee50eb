/** Returns the path below which a proxy serves this server, without a slash at its end. */
export const basePathOf = (publicUrl: string): string =>
  new URL(publicUrl).pathname.replace(/\/$/, '');
