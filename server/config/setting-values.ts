import {isIP} from 'node:net';

/**
 * Returns a value without its secrets, for an error message. A URL in any setting can contain a
 * password before the last `@`, or a key in its query or fragment.
 */
export const redactValue = (value: string): string =>
  /[:/?]/.test(value) ? value.replace(/^.*@/s, '***@').replace(/([?#]).*$/s, '$1***') : value;

const HOST_NAME = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i;

export const isHost = (text: string): boolean => isIP(text) !== 0 || HOST_NAME.test(text);
