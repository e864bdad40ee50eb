import type {MailContent} from './confirmation-mail.js';
import {entry, renderMailLayout, smallPrint} from '../mail/layout.js';
import {formatSize} from '../mail/format.js';

const ENGLISH = {language: 'en', direction: 'ltr'};

interface Lead {
  reference: string;
  /** The owner had an earlier e-mail about this session, with another e-mail address. */
  changed: boolean;
  site: string;
  name: string;
  email: string;
  consents: {purpose: string; granted: boolean; at: Date}[];
  files: {name: string; size: number}[];
}

const PURPOSES: Record<string, string> = {
  personal_data: 'Storing the data',
  ai_training: 'Training the AI agent',
  ai_answers: 'AI answers about the files',
};

/** Consents that every visitor is asked for, unless the site's conversation omits them. */
const USUAL_PURPOSES = ['personal_data', 'ai_training'];

/** E-mail to the site's owner about a confirmed e-mail address, to which replies go. */
export const renderLeadMail = (lead: Lead): MailContent => {
  const fetching = `maria export --uuid ${lead.reference}`;
  const files = lead.files.map(({name, size}) => `${name} (${formatSize(size, 'en')})`);
  const rows: [string, string[]][] = [
    ['Name', [lead.name]],
    ['E-mail (confirmed)', [lead.email]],
    ['Consents', formatConsents(lead.consents)],
    ['Files', files.length > 0 ? files : ['none']],
    ['Reference', [lead.reference]],
    ['Fetch the files on the server', [fetching]],
  ];
  const title = lead.changed ? 'E-mail address changed' : 'New verified contact';
  const hint = 'Reply to this e-mail to write to the visitor.';
  return {
    // No name in the subject, which many mail programs and logs show.
    subject: `${title} – ${lead.site} – ${lead.reference.slice(0, 8)}`,
    replyTo: lead.email,
    text: [
      lead.site,
      title,
      ...rows.map(([label, lines]) => `${label}:\n${lines.map((l) => `  ${l}`).join('\n')}`),
      hint,
    ].join('\n\n'),
    html: renderMailLayout({
      ...ENGLISH,
      sender: lead.site,
      title,
      blocks: [...rows.map(([label, lines]) => entry(label, lines)), smallPrint(hint)],
    }),
  };
};

/** E-mail to the site's owner when a visitor waits for a person. It omits the message. */
export const renderMessageMail = ({
  reference,
  site,
  hasEmail,
}: {
  reference: string;
  site: string;
  hasEmail: boolean;
}): MailContent => {
  const rows: [string, string][] = [
    ['Reference', reference],
    ['E-mail address', hasEmail ? 'given' : 'not given yet; unfinished visits are removed'],
    ['Read it on the server', `maria export --uuid ${reference}`],
  ];
  const title = 'A visitor has written';
  const hint = 'Maria has informed the visitor that a person will reply by e-mail.';
  return {
    subject: `${title} – ${site} – ${reference.slice(0, 8)}`,
    text: [site, title, ...rows.map(([label, line]) => `${label}:\n  ${line}`), hint].join('\n\n'),
    html: renderMailLayout({
      ...ENGLISH,
      sender: site,
      title,
      blocks: [...rows.map(([label, line]) => entry(label, [line])), smallPrint(hint)],
    }),
  };
};

const formatConsents = (consents: Lead['consents']): string[] => {
  const decided = consents.map(
    ({purpose, granted, at}) =>
      `${PURPOSES[purpose] ?? purpose}: ${granted ? 'granted' : 'refused'} (${formatTime(at)})`,
  );
  const missing = USUAL_PURPOSES.filter(
    (usual) => !consents.some(({purpose}) => purpose === usual),
  );
  return [...decided, ...missing.map((purpose) => `${PURPOSES[purpose]}: not asked`)];
};

const formatTime = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

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

/** E-mail to the operator. It contains no personal data, only what helps to find the log lines. */
export const renderAlertMail = (alert: AlertDetails): MailContent => {
  const {since, count} = alert;
  const rows: [string, string][] = [
    ['Time', alert.at.toISOString()],
    ['Cause', alert.cause],
    [
      'Count',
      since
        ? `${count} more since the e-mail of ${since.toISOString()}`
        : '1; further ones are counted and reported in an hour',
    ],
    ['Code', alert.code],
    ['Message', alert.message],
    ['Session', alert.uuid ?? 'none'],
    ['Last actions', alert.lastActions || 'none'],
    [
      'Full log',
      `the server’s log at this time${alert.uuid ? `, and maria audit --uuid ${alert.uuid}` : ''}`,
    ],
  ];
  const title = `${alert.code}: ${alert.cause}${since ? ` (${count} more)` : ''}`;
  return {
    subject: `[Maria Chat] ${title}`,
    text: rows.map(([label, line]) => `${label}: ${line}`).join('\n'),
    html: renderMailLayout({
      ...ENGLISH,
      sender: 'Maria Chat',
      title,
      blocks: rows.map(([label, line]) => entry(label, [line])),
    }),
  };
};
