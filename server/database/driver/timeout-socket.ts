import {EventEmitter} from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

import type {DatabaseHost} from '../connection-url.js';
import type {Hosts} from '../hosts.js';
import {ConnectionFailed} from '../connection-failed.js';
import {PendingReplies} from './pending-replies.js';
import {createReadOnlyError, reportsReadOnly} from '../read-only.js';

export interface SocketTarget {
  hosts: Hosts;
  /** Options of the TLS connection; undefined for an unencrypted connection. */
  tls: tls.ConnectionOptions | undefined;
  /** Maximum silence of the server while a query is pending. Then the connection is closed. */
  silenceMs: number;
  /** Maximum silence of the server during the login. */
  connectMs: number;
}

/** Length and code of `SSLRequest`, which is the first message on a connection with TLS. */
const TLS_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const TLS_ACCEPTED = 'S'.charCodeAt(0);

/**
 * Socket of the driver, which closes the connection if PostgreSQL falls silent. The driver does not
 * use a plain socket for three reasons:
 *
 * - The driver has no timeout. If the server freezes, a query stays pending for ever.
 * - This class negotiates TLS, so that it detects silence on TLS connections too.
 * - The driver needs `error` first, which fails the pending queries, and `close` a moment later.
 *   In between, a failed transaction sends its `rollback`. If the driver saw the close earlier, it
 *   would write to a destroyed socket, an exception that cannot be caught. Or it would buffer the
 *   bytes and send them before the startup message of the next connection. After a close without an
 *   error, it would reconnect again and again while its query waits for ever.
 */
export class TimeoutSocket extends EventEmitter {
  private socket: net.Socket;
  /** Bytes that the driver wrote before TLS was ready; undefined once it is, or without TLS. */
  private bufferedWrites: Uint8Array[] | undefined;
  private isReadOnly = false;
  /** True once the login is complete on a server that accepts writes. */
  private hasWorked = false;
  private readonly host: DatabaseHost;
  private readonly pending = new PendingReplies((report) => {
    this.isReadOnly ||= reportsReadOnly(report);
  });
  private timer: NodeJS.Timeout | undefined;
  private ending = false;
  private closing = false;

  /**
   * Returns before the socket is connected, and emits failures as events, as the driver expects.
   */
  constructor(private readonly target: SocketTarget) {
    super();
    this.host = target.hosts.current;
    const {host, port, path} = this.host;
    this.socket = path ? net.connect(path) : net.connect(port, host);
    this.socket.setKeepAlive(true, 10_000);
    if (target.tls && !path) this.negotiateTls(target.tls);
    else this.forward();
  }

  get readyState(): string {
    return this.closing ? 'closed' : this.socket.readyState;
  }

  /** True while a query is pending. */
  get isBusy(): boolean {
    return this.timer !== undefined;
  }

  write(bytes: Buffer): boolean {
    if (this.closing) return true;
    this.pending.recordSent(bytes);
    const ms = this.hasWorked ? this.target.silenceMs : this.target.connectMs;
    this.timer ??= setTimeout(() => {
      this.fail(createFailure(`The database was silent for ${ms} ms.`, 'CONNECTION_SILENT'));
    }, ms);
    if (!this.bufferedWrites) return this.socket.write(bytes);
    this.bufferedWrites.push(bytes);
    return true;
  }

  end(bytes: Uint8Array): void {
    this.ending = true;
    if (!this.closing) this.socket.end(bytes);
  }

  /** Closes the socket. The driver calls this if a login takes too long. */
  destroy(): void {
    if (!this.hasWorked) this.target.hosts.recordFailure(this.host);
    this.close();
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  private forward(): void {
    this.socket.on('data', (bytes: Buffer) => {
      this.pending.recordReceived(bytes);
      // Maria Chat needs a database that accepts writes. The next connection may reach the new
      // primary.
      if (this.isReadOnly) {
        this.fail(createReadOnlyError());
        return;
      }
      if (!this.hasWorked && this.pending.isLoggedIn) {
        this.hasWorked = true;
        this.target.hosts.recordSuccess(this.host);
      }
      if (this.pending.isEmpty) this.stopTimer();
      else this.timer?.refresh();
      this.emit('data', bytes);
    });
    this.socket.on('drain', () => this.emit('drain'));
    this.listenForEnd();
  }

  private listenForEnd(): void {
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.fail(createFailure(error.message, error.code ?? 'CONNECTION_CLOSED'));
    });
    this.socket.on('close', () => {
      if (this.ending) this.close();
      else this.fail(createFailure('The database closed the connection.', 'CONNECTION_CLOSED'));
    });
  }

  private negotiateTls(options: tls.ConnectionOptions): void {
    const plain = this.socket;
    this.bufferedWrites = [];
    this.listenForEnd();
    plain.once('connect', () => plain.write(TLS_REQUEST));
    plain.once('data', (response) => {
      this.timer?.refresh();
      // More than one byte would be an attempt to inject data before the encryption starts.
      if (response.length !== 1 || response[0] !== TLS_ACCEPTED) {
        const message = 'The database does not offer TLS, which DATABASE_URL requires.';
        this.fail(createFailure(message, 'TLS_REFUSED'));
        return;
      }
      const {host} = this.host;
      this.socket = tls.connect({
        socket: plain,
        // The certificate must name this host. Without it, Node would expect "localhost".
        host,
        ...(!net.isIP(host) && {servername: host}),
        ...options,
      });
      this.forward();
      this.socket.once('secureConnect', () => {
        const bufferedWrites = this.bufferedWrites ?? [];
        this.bufferedWrites = undefined;
        for (const bytes of bufferedWrites) this.socket.write(bytes);
      });
    });
  }

  private stopTimer(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private fail(error: Error): void {
    if (this.closing) return;
    this.close();
    // After a close without an error, the driver reconnects immediately for its waiting query.
    const triesAnother = !this.hasWorked && this.target.hosts.recordFailure(this.host);
    if (!triesAnother) this.emit('error', error);
  }

  private close(): void {
    if (this.closing) return;
    this.closing = true;
    this.stopTimer();
    this.socket.destroy();
    // Two ticks: the driver writes its reaction to the error only at the end of this tick.
    setImmediate(() => {
      setImmediate(() => this.emit('close', false));
    });
  }
}

const createFailure = (message: string, code: string): Error => new ConnectionFailed(message, code);
