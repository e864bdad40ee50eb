import type {ConnectionOptions} from 'node:tls';

import postgres from 'postgres';

import {arrayTypes} from './array-types.js';
import {tlsOf} from './tls.js';
import {WatchedSocket} from './watched-socket.js';

export type Sql = postgres.Sql;
/** What a store needs: the pool itself or a transaction on it. */
export type Queryable = postgres.Sql | postgres.TransactionSql;

export interface Connecting {
  url: string;
  max?: number;
  /** A server silent for longer than this, with a query out, loses its connection. */
  silenceMs?: number;
  /** Until a connection takes queries, TLS and login included. */
  connectSeconds?: number;
  applicationName?: string;
  /** A connection that stays and hears notices. */
  listening?: {onNotice: (channel: string, payload: string) => void; onClose: () => void};
}

const CONNECT_SECONDS = 1;
export const SILENCE_MS = 1_500;
const RECONNECT_SECONDS = 0.1;

/**
 * Opens a pool whose queries cannot wait for ever: a connection that falls silent is cut, which
 * fails its queries and lets the pool connect anew.
 */
export const connectDatabase = ({
  url,
  max = 20,
  silenceMs = SILENCE_MS,
  connectSeconds = CONNECT_SECONDS,
  applicationName = 'maria-chat',
  listening,
}: Connecting): Sql => {
  const sockets = new Set<WatchedSocket>();
  const sql = postgres(url, {
    max,
    idle_timeout: listening ? 0 : 60,
    connect_timeout: connectSeconds,
    backoff: () => RECONNECT_SECONDS,
    // Ours to agree on, in the socket.
    ssl: false,
    // See `array-types.ts`. Without, the driver's `reserve()` waits for ever for a new connection.
    fetch_types: false,
    types: arrayTypes(),
    onnotice: () => {
      // Notices of migrations ("already exists, skipping") concern nobody.
    },
    connection: {
      application_name: applicationName,
      // The server gives up first where it can, which keeps the connection.
      statement_timeout: silenceMs - 250,
      idle_in_transaction_session_timeout: 60_000,
    },
    ...(listening && {onclose: listening.onClose, max_lifetime: null}),
    // The driver's types leave these options out; its own `listen` is made of the second.
    ...({
      ...(listening && {onnotify: listening.onNotice}),
      socket: watchedSockets(silenceMs, tlsOf(url), (socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      }),
    } as object),
  });
  pools.set(sql, sockets);
  return sql;
};

/** The driver tells nobody what its pool does. */
const pools = new WeakMap<Sql, Set<WatchedSocket>>();

/** How many connections a pool holds, and how many of them have a query out. */
export const connectionsOf = (sql: Sql): {open: number; busy: number} => {
  const sockets = [...(pools.get(sql) ?? [])].filter(({readyState}) => readyState === 'open');
  return {open: sockets.length, busy: sockets.filter(({isBusy}) => isBusy).length};
};

interface Target {
  host: string[];
  port: number[];
  path?: string | false;
}

/** Opens the driver's connections, to each of several hosts in turn. */
const watchedSockets = (
  silenceMs: number,
  tls: ConnectionOptions | undefined,
  onOpening: (socket: WatchedSocket) => void,
) => {
  let turn = 0;
  return ({host, port, path}: Target): WatchedSocket => {
    const i = turn++ % host.length;
    const socket = new WatchedSocket({
      host: host[i] ?? 'localhost',
      port: port[i] ?? 5432,
      path: path || undefined,
      tls,
      silenceMs,
    });
    onOpening(socket);
    return socket;
  };
};
