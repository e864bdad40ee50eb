import type {FastifyBaseLogger} from 'fastify';

import type {Sql} from '../database/connect.js';
import {raiseAlert} from './alerts.js';

interface StoppedParts {
  sql: Sql;
  log: FastifyBaseLogger;
}

/** Lost leads, if the limit meets an office behind one address and not somebody who plays. */
export const tellMailStopped = ({sql, log}: StoppedParts, by: 'address' | 'client'): void => {
  const message = `A confirmation mail was not sent: too many ${by === 'client' ? 'from one client' : 'to one address'}.`;
  log.warn({by}, message);
  raiseAlert(sql, {cause: `mail_limit_${by}`, code: 'mail_limit', message}).catch(
    (failure: unknown) => {
      log.error({err: failure}, 'an alert could not be queued');
    },
  );
};
