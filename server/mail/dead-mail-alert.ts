import {raiseAlert} from '../alerts/alerts.js';
import type {Sql} from '../database/sql.js';

/** Alerts the operator to e-mails that were given up. */
export const alertDeadMail = (sql: Sql, templates: string[], reason: string): Promise<void> => {
  const kinds = [...new Set(templates)].join(', ');
  return raiseAlert(sql, {
    cause: 'mail_dead',
    code: 'mail_dead',
    message: `${templates.length} e-mails (${kinds}) were given up after a day. Reason: ${reason}. Check SMTP_URL and the mail server.`,
  });
};
