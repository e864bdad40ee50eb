import {escapeHtml} from '../http/html.js';
import {mailFrame} from './confirmation-mail.js';
import type {MailContent} from './confirmation-mail.js';

const ENGLISH = {language: 'en', direction: 'ltr'};

interface Lead {
  reference: string;
  site: string;
  name: string;
  email: string;
  consents: {purpose: string; granted: boolean; at: Date}[];
  files: {name: string; size: number}[];
}

/** To the site's owner, once an address is confirmed. */
export const leadMail = (lead: Lead): MailContent => {
  const consents = lead.consents.map(
    ({purpose, granted, at}) =>
      `${purpose}: ${granted ? 'granted' : 'refused'} (${at.toISOString()})`,
  );
  const files = lead.files.map(({name, size}) => `${name} (${Math.ceil(size / 1024)} KiB)`);
  const fetching = `maria export --uuid ${lead.reference}`;
  const rows: [string, string[]][] = [
    ['Reference', [lead.reference]],
    ['Name', [lead.name]],
    ['E-mail (confirmed)', [lead.email]],
    ['Consents', consents],
    ['Files', files.length > 0 ? files : ['none']],
    ['Fetch the files on the server', [fetching]],
  ];
  return {
    // The subject goes through many hands: no name in it.
    subject: `New verified contact – ${lead.site} – ${lead.reference.slice(0, 8)}`,
    text: rows
      .map(([label, lines]) => `${label}:\n${lines.map((l) => `  ${l}`).join('\n')}`)
      .join('\n\n'),
    html: mailFrame(ENGLISH, [
      `<h1 style="font-size:20px;margin:0 0 16px">New verified contact</h1>`,
      ...rows.map(
        ([label, lines]) =>
          `<p style="margin:0 0 14px"><span style="color:#64748b;font-size:13px">${escapeHtml(label)}</span><br>${lines.map(escapeHtml).join('<br>')}</p>`,
      ),
    ]),
  };
};

interface AlertDetails {
  cause: string;
  code: string;
  message: string;
  uuid: string | null;
  count: number;
  at: Date;
  /** When the last mail about this cause was sent, if this one tells what came after it. */
  since: Date | undefined;
  lastActions: string;
}

/** To the operator. No personal data: what is needed to find the log lines, and no more. */
export const alertMail = (alert: AlertDetails): MailContent => {
  const {since, count} = alert;
  const rows = [
    `Time: ${alert.at.toISOString()}`,
    `Cause: ${alert.cause}`,
    since
      ? `Count: ${count} more since the mail of ${since.toISOString()}`
      : 'Count: 1; more of the same are counted, and told in an hour',
    `Code: ${alert.code}`,
    `Message: ${alert.message}`,
    `Session: ${alert.uuid ?? 'none'}`,
    `Last actions: ${alert.lastActions || 'none'}`,
    `Full log: the server’s log at this time${alert.uuid ? `, and maria audit --uuid ${alert.uuid}` : ''}`,
  ];
  return {
    subject: `[Maria Chat] ${alert.code}: ${alert.cause}${since ? ` (${count} more)` : ''}`,
    text: rows.join('\n'),
    html: mailFrame(
      ENGLISH,
      rows.map((row) => `<p style="margin:0 0 8px">${escapeHtml(row)}</p>`),
    ),
  };
};
