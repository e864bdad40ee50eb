import type {FastifyBaseLogger} from 'fastify';

import type {AuditMaintenance} from './audit/maintenance.js';
import type {Expiry} from './cleanup/expiry.js';
import type {Cleanup} from './cleanup/scheduler.js';
import type {Config} from './config/config.js';
import type {Sql} from './database/sql.js';
import type {EventHub} from './live/hub.js';
import type {SlowClientLimits} from './http/slow-client-guard.js';
import type {App} from './http/app-type.js';
import type {ResponseLimits} from './http/unread-responses.js';
import type {DevMailbox} from './mail/dev-mailbox.js';
import type {MailSender} from './mail/sender.js';
import type {MessageService} from './messages/message-service.js';
import type {ObjectStore} from './object-store/object-store.js';
import type {OwnRelease} from './releases/own-release.js';
import type {ResponderService, ResponderServiceDeps} from './responders/service.js';
import type {PanelOpenCounter} from './sessions/panel-open-counter.js';
import type {WebhookSender} from './webhooks/sender.js';

export interface AppDeps {
  config: Config;
  /** URL for the connection that listens for notifications. */
  databaseUrl: string;
  /** Pool for requests, with short timeouts. */
  sql: Sql;
  /** Pool for cleanup and mail, which are slower and must not occupy a visitor's connection. */
  backgroundSql: Sql;
  objects: ObjectStore;
  /** Key that signs download links of the store on disk; undefined with a bucket. */
  diskKey: Buffer | undefined;
  mailbox: DevMailbox | undefined;
  smtpUrl: string;
  log: FastifyBaseLogger;
  /** Spool folder for uploads of unknown length. */
  spoolDir: string;
  newUuid?: () => string;
  /** Limits that differ from the defaults, for tests. */
  answering?: Pick<ResponderServiceDeps, 'limits' | 'budgets' | 'circuit'>;
  downloadPace?: SlowClientLimits;
  responses?: ResponseLimits;
}

export interface RunningApp {
  app: App;
  opened: PanelOpenCounter;
  cleanup: Cleanup;
  expiry: Expiry;
  trail: AuditMaintenance;
  sender: MailSender;
  conversation: MessageService;
  live: EventHub;
  answering: ResponderService;
  webhooks: WebhookSender;
  release: OwnRelease;
  /** Opens the routes that need the database. Until then they return 503. */
  markReady: () => void;
  drain: () => void;
}
