import {randomUUID} from 'node:crypto';

import postgres from 'postgres';
import type {Test} from 'tap';

import {migrate} from '../database/migrate.js';
import {createTestDatabase} from './test-database.js';

const TERMINATION_MS = 30_000;

/** A role that owns one database and is not a superuser, as hosting providers create it. */
export class TestRole {
  private constructor(
    readonly name: string,
    /** `DATABASE_URL` of this role. */
    readonly url: string,
    private readonly admin: postgres.Sql,
  ) {}

  static async create(t: Test): Promise<TestRole> {
    const name = `role_${randomUUID().replaceAll('-', '')}`;
    const password = randomUUID();
    // Registered before the database is created, because teardown handlers run in reverse order.
    t.teardown(async () => {
      const sql = postgres(replaceDatabase(database, 'postgres'), {max: 1});
      await sql`drop role if exists ${sql(name)}`;
      await sql.end();
    });
    const database = (await createTestDatabase(t)).url;
    const admin = postgres(database, {max: 1, onnotice: () => undefined});
    t.teardown(() => admin.end({timeout: 1}));
    await admin.unsafe(`create role ${name} login password '${password}'`);
    await admin`alter database ${admin(new URL(database).pathname.slice(1))} owner to ${admin(name)}`;
    const url = new URL(database);
    url.username = name;
    url.password = password;
    return new TestRole(name, url.href, admin);
  }

  static async withTables(t: Test): Promise<TestRole> {
    const role = await TestRole.create(t);
    await migrate(role.url);
    return role;
  }

  /** Changes a default of the role, such as `datestyle = 'German'`. Applies to new connections. */
  async set(setting: string): Promise<void> {
    await this.admin.unsafe(`alter role ${this.name} set ${setting}`);
  }

  async reset(setting: string): Promise<void> {
    await this.admin.unsafe(`alter role ${this.name} reset ${setting.split(' ')[0] ?? ''}`);
  }

  /** Changes the password. Open connections stay. */
  async setPassword(password: string): Promise<void> {
    await this.admin.unsafe(`alter role ${this.name} password '${password}'`);
  }

  /** Closes all connections of the role and waits until the database has closed them. */
  async closeConnections(): Promise<void> {
    await this.admin`
      select pg_terminate_backend(pid, ${TERMINATION_MS}) from pg_stat_activity
      where usename = ${this.name}`;
  }

  /** Creates the same role and an empty database of the same name on another server. */
  async createOn(t: Test, server: string): Promise<TestRole> {
    const {pathname, username, password} = new URL(this.url);
    const database = pathname.slice(1);
    const sql = postgres(server, {max: 1, onnotice: () => undefined});
    await sql.unsafe(`create role ${username} login password '${password}'`);
    await sql.unsafe(`create database ${database} owner ${username}`);
    await sql.end();
    const admin = postgres(replaceDatabase(server, database), {max: 1, onnotice: () => undefined});
    t.teardown(() => admin.end({timeout: 1}));
    const url = new URL(this.url);
    url.host = new URL(server).host;
    return new TestRole(username, url.href, admin);
  }

  async getConnections(): Promise<{pid: number; application_name: string}[]> {
    return [
      ...(await this.admin<{pid: number; application_name: string}[]>`
        select pid, application_name from pg_stat_activity where usename = ${this.name}`),
    ];
  }
}

const replaceDatabase = (url: string, name: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
};
