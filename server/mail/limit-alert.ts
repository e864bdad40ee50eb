import type {FastifyBaseLogger} from 'fastify';

import type {Sql} from '../database/sql.js';
import {raiseAlert} from '../alerts/alerts.js';
import {
  BY_CLIENT_PER_HOUR,
  MAX_DELAY_MS,
  TO_ADDRESS_PER_DAY,
  TO_ADDRESS_PER_HOUR,
} from './limits.js';

interface MailLimitAlertDeps {
  sql: Sql;
  log: FastifyBaseLogger;
}

const REASONS = {
  address: `more than ${TO_ADDRESS_PER_HOUR} an hour or ${TO_ADDRESS_PER_DAY} a day to one e-mail address`,
  client: `more than ${BY_CLIENT_PER_HOUR} an hour for one client network, so that it waited ${MAX_DELAY_MS / 3_600_000} hours`,
};

/** Reports a confirmation e-mail that a limit kept back: an applicant may be lost with it. */
export const alertMailLimit = ({sql, log}: MailLimitAlertDeps, by: 'address' | 'client'): void => {
  const message = `A confirmation mail was not sent: ${REASONS[by]}.`;
  log.warn({by}, message);
  raiseAlert(sql, {cause: `mail_limit_${by}`, code: 'mail_limit', message}).catch(
    (failure: unknown) => {
      log.error({err: failure}, 'an alert could not be queued');
    },
  );
};
