import {getAlertText} from '../alerts/alert-texts.js';
import {entry, paragraph, renderMailLayout} from '../mail/layout.js';
import type {MailContent} from './confirmation-mail.js';

interface AlertDetails {
  cause: string;
  code: string;
  message: string;
  uuid: string | null;
  count: number;
  at: Date;
  /** Time of the last e-mail about this cause; undefined if this e-mail is not a summary. */
  since: Date | undefined;
  lastActions: string;
}

const SENDER = 'Maria Chat';

/** E-mail to the operator. It contains no personal data, only what helps to find the log lines. */
export const renderAlertMail = (alert: AlertDetails): MailContent => {
  const {since, count, uuid, message} = alert;
  const text = getAlertText(alert);
  const title = since ? `${text.title} (${count} more)` : text.title;
  const advice: [string, string][] = [
    ['What this means', text.meaning],
    ['What to do now', text.action],
  ];
  const details: [string, string][] = [
    ['Time', alert.at.toISOString()],
    [
      'Count',
      since
        ? `${count} more since the e-mail of ${since.toISOString()}`
        : 'First occurrence within an hour. Further ones are counted and summarised hourly.',
    ],
    ['Code', alert.code],
    ['Cause', alert.cause],
    ['Session', uuid ?? 'none'],
    ['Last actions', alert.lastActions || 'none'],
    ['Full log', `the server’s log at this time${uuid ? `, and maria audit --uuid ${uuid}` : ''}`],
  ];
  const lines = (rows: [string, string][]) => rows.map(([label, line]) => `${label}: ${line}`);
  return {
    senderName: SENDER,
    subject: `[${SENDER}] ${title}`,
    text: [title, message, ...lines(advice), lines(details).join('\n')].join('\n\n'),
    html: renderMailLayout({
      language: 'en',
      direction: 'ltr',
      sender: SENDER,
      title,
      blocks: [
        paragraph(message),
        ...[...advice, ...details].map(([label, line]) => entry(label, [line])),
      ],
    }),
  };
};
