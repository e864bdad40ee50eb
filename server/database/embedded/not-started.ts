/** Error that a person must resolve. The message says how, so that no stack is printed. */
export class PostgresNotStarted extends Error {}
