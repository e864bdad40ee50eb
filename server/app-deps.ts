import type {FastifyBaseLogger} from 'fastify';

import type {Config} from './config/config.js';
import type {Sql} from './database/sql.js';
import type {SlowClientLimits} from './http/slow-client-guard.js';
import type {ResponseLimits} from './http/unread-responses.js';
import type {DevMailbox} from './mail/dev-mailbox.js';
import type {ObjectStore} from './object-store/object-store.js';
import type {ResponderServiceDeps} from './responders/service.js';

export interface AppDeps {
  config: Config;
  /** URL for the connection that listens for notifications. */
  databaseUrl: string;
  /** Pool for requests, with short timeouts. */
  sql: Sql;
  /** Pool for background work. Its queries can take longer, and use no connection of requests. */
  backgroundSql: Sql;
  objects: ObjectStore;
  /** Key that signs links of the disk store; undefined with a bucket. */
  diskKey: Buffer | undefined;
  mailbox: DevMailbox | undefined;
  smtpUrl: string;
  log: FastifyBaseLogger;
  /** Spool folder for uploads of unknown length. */
  spoolDir: string;
  newUuid?: () => string;
  /** Limits that tests change. */
  answering?: Pick<ResponderServiceDeps, 'limits' | 'budgets' | 'circuit'>;
  downloadPace?: SlowClientLimits;
  responses?: ResponseLimits;
  /** Folder of the built console. */
  consoleFolder?: string;
}
