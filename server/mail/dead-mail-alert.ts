import {raiseAlert} from '../alerts/alerts.js';
import type {Sql} from '../database/sql.js';
import {formatCount} from '../text/count.js';

/** Alerts the operator to e-mails that were given up. */
export const alertDeadMail = (sql: Sql, templates: string[], reason: string): Promise<void> => {
  const kinds = [...new Set(templates)].join(', ');
  return raiseAlert(sql, {
    cause: 'mail_dead',
    code: 'mail_dead',
    message: `The mail server did not accept ${formatCount(templates.length, 'e-mail')} for a day (${kinds}). Its last response: ${reason}. Maria does not try again.`,
  });
};
