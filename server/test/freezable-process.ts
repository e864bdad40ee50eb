import {fork} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';

import type {Test} from 'tap';

import type {Fault} from './fault-proxy.js';
import type {Mailbox} from './mailbox.js';
import {kill} from './server-process.js';

const SMTP = fileURLToPath(new URL('smtp-process.js', import.meta.url));

/**
 * A process that can be frozen: its connections stay open, and the system still accepts new ones.
 */
export class FreezableProcess {
  constructor(
    t: Test,
    private readonly child: ChildProcess,
  ) {
    // A stopped process does not react to the signal that ends it.
    t.teardown(() => child.kill('SIGCONT'));
  }

  async set(fault: Fault): Promise<void> {
    this.child.kill(fault === 'freeze' ? 'SIGSTOP' : 'SIGCONT');
  }
}

/** Starts a mail server in a separate process, which is killed at the test's end. */
export const startSmtpProcess = async (t: Test) => {
  const child = fork(SMTP);
  t.teardown(() => kill(child));
  const [port] = (await once(child, 'message')) as [number];
  const receivers: string[][] = [];
  child.on('message', (to) => receivers.push(to as string[]));
  const mailbox: Pick<Mailbox, 'receivers' | 'url'> = {url: `smtp://127.0.0.1:${port}`, receivers};
  return {mailbox, process: new FreezableProcess(t, child)};
};
