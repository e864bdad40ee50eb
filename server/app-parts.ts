import type {FastifyBaseLogger} from 'fastify';

import type {TrailKeeper} from './audit/maintenance.js';
import type {Expiry} from './cleanup/expiry.js';
import type {Cleanup} from './cleanup/interval.js';
import type {Config} from './config/config.js';
import type {Sql} from './database/connect.js';
import type {Live} from './live/hub.js';
import type {PaceLimits} from './http/pace.js';
import type {App} from './http/app-type.js';
import type {ResponseLimits} from './http/unread-responses.js';
import type {DevMailbox} from './mail/dev-mailbox.js';
import type {MailSender} from './mail/sender.js';
import type {Conversation} from './messages/conversation.js';
import type {ObjectStore} from './object-store/object-store.js';
import type {OwnRelease} from './releases/own-release.js';
import type {Answering, AnsweringParts} from './responders/answering.js';
import type {OpenedPanels} from './sessions/panel-open-counter.js';
import type {WebhookSender} from './webhooks/sender.js';

export interface AppParts {
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
  answering?: Pick<AnsweringParts, 'limits' | 'budgets' | 'circuit'>;
  downloadPace?: PaceLimits;
  responses?: ResponseLimits;
}

export interface RunningApp {
  app: App;
  opened: OpenedPanels;
  cleanup: Cleanup;
  expiry: Expiry;
  trail: TrailKeeper;
  sender: MailSender;
  conversation: Conversation;
  live: Live;
  answering: Answering;
  webhooks: WebhookSender;
  release: OwnRelease;
  /** Until this is called, every route that needs the database answers 503. */
  migrated: () => void;
  drain: () => void;
}
