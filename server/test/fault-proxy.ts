import {once} from 'node:events';
import net from 'node:net';
import type {AddressInfo} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';

import type {Test} from 'tap';

/**
 * - `pass`: all data is forwarded.
 * - `refuse`: new connections are refused, and open ones are reset.
 * - `freeze`: connections are accepted and kept, but no byte is forwarded, as with a stopped process.
 *   Data that was sent during the freeze arrives afterwards.
 * - `cut`: every connection is closed as soon as it is accepted, and open ones are closed.
 */
export type Fault = 'pass' | 'refuse' | 'freeze' | 'cut';

/** Proxy before a dependency of the server that fails on request. */
export class FaultProxy {
  private readonly server = net.createServer({pauseOnConnect: true});
  private readonly pairs = new Set<Pair>();
  private fault: Fault = 'pass';
  /**
   * Texts that freeze the first connection that forwards them in this order. The target executes
   * the last request, but the client gets no response.
   */
  freezeAfter: string[] = [];
  /** Number of pieces from the client after which each connection is reset. */
  cutAfterPieces: number | undefined;
  /** Delay of each piece of data in both directions. */
  delayMs = 0;

  private constructor(
    private target: {host: string; port: number},
    private port: number,
  ) {
    this.server.on('connection', (client) => {
      this.accept(client);
    });
  }

  /** Starts a proxy before the host and port of `url`. */
  static async start(t: Test, url: string): Promise<FaultProxy> {
    const {hostname, port} = new URL(url);
    const proxy = new FaultProxy({host: hostname, port: Number(port)}, 0);
    await proxy.listen();
    t.teardown(() => proxy.close());
    return proxy;
  }

  /** Returns the URL with the proxy's host and port. */
  replaceHost(url: string): string {
    const changed = new URL(url);
    changed.host = `127.0.0.1:${this.port}`;
    return changed.href.replace(/\/$/, url.endsWith('/') ? '/' : '');
  }

  /** Forwards new connections to the host and port of `url`. */
  setTarget(url: string): void {
    const {hostname, port} = new URL(url);
    this.target = {host: hostname, port: Number(port)};
  }

  /**
   * Number of connections that the client has not closed. The target can notice a closed one later.
   */
  get openConnections(): number {
    return [...this.pairs].filter(({isHeldOpen}) => isHeldOpen).length;
  }

  async set(fault: Fault): Promise<void> {
    this.fault = fault;
    if (fault === 'refuse' || fault === 'cut') {
      for (const pair of this.pairs) pair.end(fault === 'refuse');
    }
    for (const pair of this.pairs) pair.hold(fault === 'freeze');
    if (fault === 'refuse' && this.server.listening) {
      this.server.close();
      await once(this.server, 'close');
    }
    if (fault !== 'refuse' && !this.server.listening) await this.listen();
  }

  private async listen(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  private accept(client: net.Socket): void {
    if (this.fault === 'cut') {
      client.on('error', ignore);
      client.end();
      client.resume();
      return;
    }
    let carried = 0;
    let pieces = 0;
    const onCarried = (bytes: Buffer) => {
      if (++pieces === this.cutAfterPieces) pair.end(true);
      if (carried < this.freezeAfter.length && bytes.includes(this.freezeAfter[carried] ?? '')) {
        carried += 1;
      }
      if (carried === 0 || carried < this.freezeAfter.length) return;
      this.freezeAfter = [];
      carried = 0;
      pair.hold(true);
    };
    const pair = new Pair(client, this.target, {delayMs: () => this.delayMs, onCarried});
    this.pairs.add(pair);
    pair.onClose = () => this.pairs.delete(pair);
    pair.hold(this.fault === 'freeze');
  }

  private async close(): Promise<void> {
    // A client that connects from now on would keep the server open.
    this.fault = 'cut';
    for (const pair of this.pairs) pair.end(true);
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }
}

/** Connection of a client, and the proxy's connection to the target. */
class Pair {
  onClose: () => void = ignore;
  private readonly server: net.Socket;
  private open = 2;
  private held: {until: Promise<void>; release: () => void} | undefined;

  constructor(
    private readonly client: net.Socket,
    target: {host: string; port: number},
    private readonly manner: {delayMs: () => number; onCarried: (bytes: Buffer) => void},
  ) {
    this.server = net.connect(target);
    for (const socket of [this.client, this.server]) {
      socket.once('close', () => {
        this.open -= 1;
        if (this.open === 0) this.onClose();
      });
    }
    void this.carry(this.client, this.server);
    void this.carry(this.server, this.client);
  }

  get isHeldOpen(): boolean {
    return !this.client.destroyed;
  }

  hold(held: boolean): void {
    if (held === Boolean(this.held)) return;
    this.held?.release();
    this.held = undefined;
    if (!held) return;
    let release: () => void = ignore;
    const until = new Promise<void>((resolve) => (release = resolve));
    this.held = {until, release};
  }

  end(reset: boolean): void {
    this.hold(false);
    for (const socket of [this.client, this.server]) {
      if (reset) socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  /** Copies the bytes of one direction. In a frozen pair, the end of the connection waits too. */
  private async carry(from: net.Socket, to: net.Socket): Promise<void> {
    try {
      for await (const bytes of from) {
        if (this.manner.delayMs() > 0) await sleep(this.manner.delayMs());
        await this.held?.until;
        // A write to a closed socket would wait for a drain event that never comes.
        if (to.destroyed) break;
        const taken = to.write(bytes as Buffer);
        if (from === this.client) this.manner.onCarried(bytes as Buffer);
        if (!taken) await once(to, 'drain');
      }
      await this.held?.until;
      to.end();
    } catch {
      // One socket was reset, so the other is closed too.
      await this.held?.until;
      to.destroy();
    }
  }
}

const ignore = (): void => undefined;
