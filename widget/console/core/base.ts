/** Path of the server, such as `/` or `/chat/`. The scripts are in `console/assets/` below it. */
export const BASE = new URL('../../', import.meta.url).pathname;

/** Path of the console. */
export const CONSOLE = `${BASE}console/`;
