/**
 * For servers that draw pages, where there is no `HTMLElement`: what is imported is there, and does
 * nothing. The element comes alive in the browser, from the other file of the same name.
 */
export * from './events.js';

export class MariaChat {}
