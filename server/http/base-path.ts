/** Returns the path below which a proxy serves this server, without a slash at its end. */
export const getBasePath = (publicUrl: string): string =>
  new URL(publicUrl).pathname.replace(/\/$/, '');
