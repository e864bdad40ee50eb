import type {FastifyBaseLogger} from 'fastify';

import type {AuditMaintenance} from './audit/maintenance.js';
import type {Expiry} from './cleanup/expiry.js';
import type {Cleanup} from './cleanup/interval.js';
import type {Config} from './config/config.js';
import type {Sql} from './database/sql.js';
import type {EventHub} from './live/hub.js';
import type {SlowClientLimits} from './http/pace.js';
import type {App} from './http/app-type.js';
import type {ResponseLimits} from './http/unread-responses.js';
import type {DevMailbox} from './mail/dev-mailbox.js';
import type {MailSender} from './mail/sender.js';
import type {MessageService} from './messages/conversation.js';
import type {ObjectStore} from './object-store/object-store.js';
import type {OwnRelease} from './releases/own-release.js';
import type {ResponderService, ResponderServiceDeps} from './responders/answering.js';
import type {PanelOpenCounter} from './sessions/panel-open-counter.js';
import type {WebhookSender} from './webhooks/sender.js';

export interface AppDeps {
  config: Config;
  /** For the one connection that listens. */
  databaseUrl: string;
  /** For requests: short deadlines. */
  sql: Sql;
  /** For cleanup and mail: may take longer, and must not take a visitor's connection. */
  backgroundSql: Sql;
  objects: ObjectStore;
  /** Signs links of the store on disk; undefined with a bucket. */
  diskKey: Buffer | undefined;
  mailbox: DevMailbox | undefined;
  smtpUrl: string;
  log: FastifyBaseLogger;
  /** Spool folder for uploads of unknown length. */
  spoolDir: string;
  newUuid?: () => string;
  /** For tests: other limits than those that visitors have. */
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
  /** Until this is called, every route that needs the database answers 503. */
  markReady: () => void;
  drain: () => void;
}
