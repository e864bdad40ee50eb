import type {FastifyBaseLogger} from 'fastify';

import type {Sql} from '../database/sql.js';
import {raiseAlert} from '../alerts/alerts.js';
import {HOUR_MS} from '../units.js';
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
  address: `one e-mail address gets at most ${TO_ADDRESS_PER_HOUR} an hour and ${TO_ADDRESS_PER_DAY} a day`,
  client: `at most ${BY_CLIENT_PER_HOUR} an hour for one client network are sent, and this one waited ${MAX_DELAY_MS / HOUR_MS} hours`,
};

/** Alerts the operator: the limit may have hit real visitors behind one IP address, not abuse. */
export const alertMailLimit = ({sql, log}: MailLimitAlertDeps, by: 'address' | 'client'): void => {
  const message = `A confirmation e-mail was not sent: ${REASONS[by]}.`;
  log.warn({by}, message);
  raiseAlert(sql, {cause: `mail_limit_${by}`, code: 'mail_limit', message}).catch(
    (failure: unknown) => {
      log.error({err: failure}, 'failed to queue an alert');
    },
  );
};
