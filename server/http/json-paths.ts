const REPEATABLE_NAME = /^[\w.-]{1,40}$/;

/**
 * Returns the path of a property. A name that is long or unusual becomes an ellipsis, because a
 * response does not repeat what a client has sent.
 */
export const joinPath = (parent: string, name: string): string =>
  `${parent}/${REPEATABLE_NAME.test(name) ? name : '…'}`;
