import postgres from 'postgres';

import {arrayTypes} from './driver/array-types.js';
import {parseConnection} from './connection-url.js';
import {Hosts} from './hosts.js';
import {perPool} from './per-pool.js';
import {getSessionSettings} from './session-settings.js';
import type {Sql} from './sql.js';
import {TimeoutSocket} from './driver/timeout-socket.js';

export interface ConnectOptions {
  url: string;
  max?: number;
  /** Maximum silence of the server while a query is pending. Then the connection is closed. */
  silenceMs?: number;
  /** Time limit for opening a connection, TLS and login included. */
  connectSeconds?: number;
  applicationName?: string;
  /** Callbacks of a pool that keeps its connection open and receives notifications (`LISTEN`). */
  listening?: {onNotice: (channel: string, payload: string) => void; onClose: () => void};
}

const CONNECT_SECONDS = 1;
export const SILENCE_MS = 1_500;
const RECONNECT_SECONDS = 0.1;

/**
 * Opens a pool whose queries cannot wait for ever. If the server falls silent, the connection is
 * closed, its queries fail, and the pool reconnects.
 */
export const connectDatabase = ({
  url,
  max = 20,
  silenceMs = SILENCE_MS,
  connectSeconds = CONNECT_SECONDS,
  applicationName = 'maria-chat',
  listening,
}: ConnectOptions): Sql => {
  const settings = parseConnection(url);
  const connectMs = (settings.connectSeconds ?? connectSeconds) * 1000;
  const hosts = new Hosts(settings.hosts, settings.hosts.length * connectMs);
  const sql: Sql = postgres({
    // Only for the driver's error messages: the socket chooses the host.
    host: hosts.current.host,
    port: hosts.current.port,
    ...(settings.user !== undefined && {user: settings.user}),
    ...(settings.password !== undefined && {password: settings.password}),
    ...(settings.database !== undefined && {database: settings.database}),
    max,
    idle_timeout: listening ? 0 : 60,
    // The socket limits the login at each host, if there are several.
    connect_timeout: (settings.hosts.length > 1 ? 2 * connectMs : connectMs) / 1000,
    backoff: () => RECONNECT_SECONDS,
    // TLS is negotiated by our socket.
    ssl: false,
    // Off: see `array-types.ts`. If on, the driver's `reserve()` never gets a new connection.
    fetch_types: false,
    types: arrayTypes(),
    onnotice: () => {
      // Notices of migrations ("already exists, skipping") are of no interest.
    },
    connection: {
      application_name: settings.applicationName ?? applicationName,
      ...(settings.options !== undefined && {options: settings.options}),
      ...getSessionSettings(silenceMs),
    },
    ...(listening && {onclose: listening.onClose, max_lifetime: null}),
    // The driver's types omit these options. Its own `listen` uses `onnotify`.
    ...({
      ...(listening && {onnotify: listening.onNotice}),
      socket: () => {
        const tls = settings.tls.options;
        const socket = new TimeoutSocket({hosts, tls, silenceMs, connectMs});
        const sockets = getSockets(sql).add(socket);
        socket.once('close', () => sockets.delete(socket));
        return socket;
      },
    } as object),
  });
  return sql;
};

/** Returns the pool's open sockets, because the driver does not expose its connections. */
const getSockets = perPool(() => new Set<TimeoutSocket>());

/** Counts a pool's open connections, and those of them with a pending query. */
export const countConnections = (sql: Sql): {open: number; busy: number} => {
  const sockets = [...getSockets(sql)].filter(({readyState}) => readyState === 'open');
  return {open: sockets.length, busy: sockets.filter(({isBusy}) => isBusy).length};
};
