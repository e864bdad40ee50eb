import postgres from 'postgres';

import {arrayTypes} from './array-types.js';
import {parseConnection} from './connection-url.js';
import {Hosts} from './hosts.js';
import {sessionSettings} from './session-settings.js';
import type {Sql} from './sql.js';
import {TimeoutSocket} from './watched-socket.js';

export interface ConnectOptions {
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
}: ConnectOptions): Sql => {
  const given = parseConnection(url);
  const sockets = new Set<TimeoutSocket>();
  const connectMs = (given.connectSeconds ?? connectSeconds) * 1000;
  const hosts = new Hosts(given.hosts, given.hosts.length * connectMs);
  const sql = postgres({
    // For the driver's messages. The socket chooses the host.
    host: hosts.current.host,
    port: hosts.current.port,
    ...(given.user !== undefined && {user: given.user}),
    ...(given.password !== undefined && {password: given.password}),
    ...(given.database !== undefined && {database: given.database}),
    max,
    idle_timeout: listening ? 0 : 60,
    // With several hosts each has its own limit, in the socket.
    connect_timeout: (given.hosts.length > 1 ? 2 * connectMs : connectMs) / 1000,
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
      application_name: given.applicationName ?? applicationName,
      ...(given.options !== undefined && {options: given.options}),
      ...sessionSettings(silenceMs),
    },
    ...(listening && {onclose: listening.onClose, max_lifetime: null}),
    // The driver's types leave these options out; its own `listen` is made of the second.
    ...({
      ...(listening && {onnotify: listening.onNotice}),
      socket: () => {
        const tls = given.tls.options;
        const socket = new TimeoutSocket({hosts, tls, silenceMs, connectMs});
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        return socket;
      },
    } as object),
  });
  pools.set(sql, sockets);
  return sql;
};

/** The driver tells nobody what its pool does. */
const pools = new WeakMap<Sql, Set<TimeoutSocket>>();

/** How many connections a pool holds, and how many of them have a query out. */
export const countConnections = (sql: Sql): {open: number; busy: number} => {
  const sockets = [...(pools.get(sql) ?? [])].filter(({readyState}) => readyState === 'open');
  return {open: sockets.length, busy: sockets.filter(({isBusy}) => isBusy).length};
};
