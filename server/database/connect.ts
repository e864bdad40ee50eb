import net from 'node:net';

import postgres from 'postgres';

export type Sql = postgres.Sql;
/** What a store needs: the pool itself or a transaction on it. */
export type Queryable = postgres.Sql | postgres.TransactionSql;

export interface Connecting {
  url: string;
  max?: number;
  /** A server silent for longer than this, with a query out, loses its connection. */
  silenceMs?: number;
  applicationName?: string;
}

const CONNECT_SECONDS = 1;
export const SILENCE_MS = 1_500;
const RECONNECT_SECONDS = 0.1;

/**
 * Opens a pool whose queries cannot wait for ever. The driver has no deadline of its own: with a
 * frozen server a query would stay pending for good, so the socket is cut, which fails the query
 * and lets the pool connect anew.
 */
export const connectDatabase = ({
  url,
  max = 20,
  silenceMs = SILENCE_MS,
  applicationName = 'maria-chat',
}: Connecting): Sql =>
  postgres(url, {
    max,
    idle_timeout: 60,
    connect_timeout: CONNECT_SECONDS,
    backoff: () => RECONNECT_SECONDS,
    onnotice: () => {
      // Notices of migrations ("already exists, skipping") concern nobody.
    },
    connection: {
      application_name: applicationName,
      // The server gives up first where it can, which keeps the connection.
      statement_timeout: silenceMs - 250,
      idle_in_transaction_session_timeout: 60_000,
    },
    // The driver's types leave this option out; its documentation has it.
    ...({socket: watchedSocket(silenceMs)} as object),
  });

interface Target {
  host: string[];
  port: number[];
  path?: string | false;
}

const watchedSocket = (silenceMs: number) => {
  let turn = 0;
  // Given back before it is connected: the driver hears of a failure from the socket's own events,
  // and would lose the pool's place for good if this function threw.
  return ({host, port, path}: Target): net.Socket => {
    const i = turn++ % host.length;
    const socket = path ? net.connect(path) : net.connect(port[i] ?? 5432, host[i] ?? 'localhost');
    socket.setKeepAlive(true, 10_000);
    cutWhenSilent(socket, silenceMs);
    return socket;
  };
};

/** Cuts the socket when something was written and nothing came back in time. */
const cutWhenSilent = (socket: net.Socket, silenceMs: number): void => {
  let timer: NodeJS.Timeout | undefined;
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.write = (...args: unknown[]): boolean => {
    timer ??= setTimeout(() => {
      socket.destroy(new Error(`The database was silent for ${silenceMs} ms.`));
    }, silenceMs);
    return write(...args);
  };
  const heard = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  socket.on('data', heard);
  socket.on('close', heard);
};
