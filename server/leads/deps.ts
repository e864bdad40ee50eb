import type {FastifyRequest} from 'fastify';

import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import type {PdfTextExtractor} from '../documents/pdf-text-extractor.js';
import type {MariaError} from '../errors.js';
import type {SlowClientLimits} from '../http/slow-client-guard.js';
import type {ConfirmationLinks} from '../mail/links.js';
import type {ObjectStore} from '../object-store/object-store.js';
import type {OwnerHub} from '../owner/owner-hub.js';

export interface LeadRouteDeps {
  config: Config;
  sql: Sql;
  objects: ObjectStore;
  ownerHub: OwnerHub;
  documents: PdfTextExtractor;
  links: ConfirmationLinks;
  mailHashKey: Buffer;
  /** Called when the limit of an e-mail address suppresses an e-mail. */
  onMailStopped: () => void;
  /** Triggers the mail sender. */
  onMail: () => void;
  /** Triggers the reaper after an erasure. */
  onEnded: () => void;
  /** Called when an export fails after its response has begun. */
  onBroken: (error: MariaError, request: FastifyRequest) => void;
  pace?: SlowClientLimits | undefined;
}
