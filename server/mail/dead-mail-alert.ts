import {raiseAlert} from '../alerts/alerts.js';
import type {Sql} from '../database/sql.js';
import {formatCount} from '../text/count.js';

/** Alerts the operator to e-mails that were given up. */
export const alertDeadMail = (sql: Sql, templates: string[], reason: string): Promise<void> => {
  const kinds = [...new Set(templates)].join(', ');
  return raiseAlert(sql, {
    cause: 'mail_dead',
    code: 'mail_dead',
    message: `Given up after a day: ${formatCount(templates.length, 'e-mail')} (${kinds}). Reason: ${reason}. Check SMTP_URL and the mail server.`,
  });
};
