const IDLE_IN_TRANSACTION_MS = 60_000;
/** The server gives up a statement this much earlier than we do, which keeps the connection. */
const EARLIER_MS = 250;

/** Settings that each connection asks for at its login. */
export const sessionSettings = (silenceMs: number): Record<string, string | number> => ({
  statement_timeout: silenceMs - EARLIER_MS,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
});
