import {EventEmitter} from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

import type {DatabaseHost} from './connection-url.js';
import type {Hosts} from './hosts.js';
import {ConnectionFailed} from './connection-failed.js';
import {PendingReplies} from './outstanding.js';
import {readOnlyError, reportsReadOnly} from './read-only.js';

export interface SocketTarget {
  hosts: Hosts;
  /** Absent: in the clear. */
  tls: tls.ConnectionOptions | undefined;
  /** A server silent for longer than this, with a query out, loses its connection. */
  silenceMs: number;
  /** Limit of silence during the login. */
  connectMs: number;
}

/** Length and code of the request for TLS, which comes before anything else on a connection. */
const TLS_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const TLS_ACCEPTED = 'S'.charCodeAt(0);

/**
 * A connection to PostgreSQL as the driver sees it, which ends when the server falls silent. It
 * stands between driver and socket for three reasons:
 *
 * - The driver has no deadline of its own: with a frozen server a query is pending for good.
 * - TLS is agreed on in here, so that silence is noticed behind it just the same.
 * - Every end is told in an order that the driver survives: first the error, which fails what is
 *   under way, and the close a moment later. A transaction that fails sends its `rollback` in
 *   between. Closed by then, the driver would write to a socket that is gone (an exception nobody
 *   can catch), or keep the bytes and put them before the greeting of the next connection. And a
 *   close without an error would have it connect again and again while its query waits for ever.
 */
export class TimeoutSocket extends EventEmitter {
  private socket: net.Socket;
  /** What the driver wrote before TLS was there. */
  private early: Uint8Array[] | undefined;
  private isReadOnly = false;
  /** The login is complete, on a server that takes writes. */
  private hasWorked = false;
  private readonly host: DatabaseHost;
  private readonly outstanding = new PendingReplies((report) => {
    this.isReadOnly ||= reportsReadOnly(report);
  });
  private timer: NodeJS.Timeout | undefined;
  private ending = false;
  private closing = false;

  /** Given back before it is connected: a failure is told by events, as the driver expects. */
  constructor(private readonly target: SocketTarget) {
    super();
    this.host = target.hosts.current;
    const {host, port, path} = this.host;
    this.socket = path ? net.connect(path) : net.connect(port, host);
    this.socket.setKeepAlive(true, 10_000);
    if (target.tls && !path) this.secure(target.tls);
    else this.carry();
  }

  get readyState(): string {
    return this.closing ? 'closed' : this.socket.readyState;
  }

  /** A query is out. */
  get isBusy(): boolean {
    return this.timer !== undefined;
  }

  write(bytes: Buffer): boolean {
    if (this.closing) return true;
    this.outstanding.sent(bytes);
    const ms = this.hasWorked ? this.target.silenceMs : this.target.connectMs;
    this.timer ??= setTimeout(() => {
      this.fail(failure(`The database was silent for ${ms} ms.`, 'CONNECTION_SILENT'));
    }, ms);
    if (!this.early) return this.socket.write(bytes);
    this.early.push(bytes);
    return true;
  }

  end(bytes: Uint8Array): void {
    this.ending = true;
    if (!this.closing) this.socket.end(bytes);
  }

  /** The driver gives up a login that takes too long. */
  destroy(): void {
    if (!this.hasWorked) this.target.hosts.failed(this.host);
    this.close();
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  private carry(): void {
    this.socket.on('data', (bytes: Buffer) => {
      this.outstanding.received(bytes);
      // All that Maria Chat does needs a database that takes writes: the next connection may reach
      // the new primary.
      if (this.isReadOnly) {
        this.fail(readOnlyError());
        return;
      }
      if (!this.hasWorked && this.outstanding.isLoggedIn) {
        this.hasWorked = true;
        this.target.hosts.worked(this.host);
      }
      if (this.outstanding.isNone) this.rest();
      else this.timer?.refresh();
      this.emit('data', bytes);
    });
    this.socket.on('drain', () => this.emit('drain'));
    this.hearEnds();
  }

  private hearEnds(): void {
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.fail(failure(error.message, error.code ?? 'CONNECTION_CLOSED'));
    });
    this.socket.on('close', () => {
      if (this.ending) this.close();
      else this.fail(failure('The database closed the connection.', 'CONNECTION_CLOSED'));
    });
  }

  private secure(options: tls.ConnectionOptions): void {
    const plain = this.socket;
    this.early = [];
    this.hearEnds();
    plain.once('connect', () => plain.write(TLS_REQUEST));
    plain.once('data', (answer) => {
      this.timer?.refresh();
      // More than the one byte would be somebody's attempt to speak before the encryption does.
      if (answer.length !== 1 || answer[0] !== TLS_ACCEPTED) {
        const message = 'The database does not offer TLS, which DATABASE_URL demands.';
        this.fail(failure(message, 'TLS_REFUSED'));
        return;
      }
      const {host} = this.host;
      this.socket = tls.connect({
        socket: plain,
        // The certificate must name this host. Without it Node would ask for "localhost".
        host,
        ...(!net.isIP(host) && {servername: host}),
        ...options,
      });
      this.carry();
      this.socket.once('secureConnect', () => {
        const early = this.early ?? [];
        this.early = undefined;
        for (const bytes of early) this.socket.write(bytes);
      });
    });
  }

  private rest(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private fail(error: Error): void {
    if (this.closing) return;
    this.close();
    // Closed without an error, the driver connects again at once, for the query that waits for it.
    const triesAnother = !this.hasWorked && this.target.hosts.failed(this.host);
    if (!triesAnother) this.emit('error', error);
  }

  private close(): void {
    if (this.closing) return;
    this.closing = true;
    this.rest();
    this.socket.destroy();
    // Two turns: what the error made the driver write leaves it at the end of this one.
    setImmediate(() => {
      setImmediate(() => this.emit('close', false));
    });
  }
}

const failure = (message: string, code: string): Error => new ConnectionFailed(message, code);
