/** Returns the path below which a proxy serves this server, without a trailing slash. */
export const getBasePath = (publicUrl: string): string =>
  new URL(publicUrl).pathname.replace(/\/$/, '');
