const IDLE_IN_TRANSACTION_MS = 60_000;
/** The server gives up a statement this much earlier than we do, which keeps the connection. */
const EARLIER_MS = 250;

/**
 * Settings that each connection asks for at its login. Without them a default of the role, the
 * database or the server would apply, and change what queries mean or how results are written.
 */
export const sessionSettings = (silenceMs: number): Record<string, string | number> => ({
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  array_nulls: 'on',
  bytea_output: 'hex',
  // The driver reads floating-point numbers as exactly as they are written.
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  default_transaction_isolation: 'read committed',
  // As a text: the driver leaves out the number 0.
  lock_timeout: '0',
  statement_timeout: silenceMs - EARLIER_MS,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
});
