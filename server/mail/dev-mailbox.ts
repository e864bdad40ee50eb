import {randomUUID} from 'node:crypto';
import {createWriteStream} from 'node:fs';
import {mkdir, readFile, readdir} from 'node:fs/promises';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';

import PostalMime from 'postal-mime';
import type {Email} from 'postal-mime';
import {SMTPServer} from 'smtp-server';

export interface CaughtMail {
  id: string;
  mail: Email;
}

const MAX_SHOWN = 50;

/** SMTP server on loopback for development: it stores e-mails in a folder and delivers nothing. */
export class DevMailbox {
  private constructor(
    private readonly directory: string,
    private readonly server: SMTPServer,
    readonly smtpUrl: string,
  ) {}

  static async start(directory: string): Promise<DevMailbox> {
    await mkdir(directory, {recursive: true, mode: 0o700});
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      onData(stream, _session, done) {
        // The time comes first, so that names sort by it.
        const name = `${Date.now()}-${randomUUID()}.eml`;
        pipeline(stream, createWriteStream(path.join(directory, name), {mode: 0o600})).then(
          () => {
            done();
          },
          (error: unknown) => {
            done(error as Error);
          },
        );
      },
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const {port} = server.server.address() as AddressInfo;
    return new DevMailbox(directory, server, `smtp://127.0.0.1:${port}`);
  }

  /** Returns the newest stored e-mails, the newest first. */
  async list(): Promise<CaughtMail[]> {
    return Promise.all((await this.listIds()).slice(0, MAX_SHOWN).map((id) => this.read(id)));
  }

  /** Returns the number of stored e-mails, of which `list` returns the newest. */
  async count(): Promise<number> {
    return (await this.listIds()).length;
  }

  async find(id: string): Promise<CaughtMail | undefined> {
    return (await this.listIds()).includes(id) ? this.read(id) : undefined;
  }

  /** Returns the source of an e-mail that `find` or `list` has returned. */
  readSource(id: string): Promise<Buffer> {
    return readFile(path.join(this.directory, `${id}.eml`));
  }

  /** Returns the ids of all stored e-mails, the newest first. */
  private async listIds(): Promise<string[]> {
    const names = (await readdir(this.directory)).filter((name) => name.endsWith('.eml'));
    return names
      .sort()
      .reverse()
      .map((name) => name.replace(/\.eml$/, ''));
  }

  private async read(id: string): Promise<CaughtMail> {
    return {id, mail: await PostalMime.parse(await this.readSource(id))};
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(resolve);
    });
  }
}
