import type {MailContent} from './confirmation-mail.js';
import {button, entry, paragraph, renderMailLayout, smallPrint} from '../mail/layout.js';
import type {EntryLine} from '../mail/layout.js';
import {formatSize, formatUtc} from '../mail/format.js';
import {formatCount} from '../text/count.js';

const ENGLISH = {language: 'en', direction: 'ltr'};

/** Cause of the e-mail. All but `new` follow an earlier e-mail about this session. */
export type LeadCause = 'new' | 'changed' | 'files_added' | 'answers_changed';

interface Lead {
  reference: string;
  /** URL of the lead in the console; undefined if the console is switched off. */
  consoleUrl: string | undefined;
  cause: LeadCause;
  site: string;
  name: string;
  email: string;
  consents: {purpose: string; granted: boolean; at: Date}[];
  /** Purposes for which the site's conversation asks, but did not ask this visitor. */
  unaskedPurposes: string[];
  answers: LeadAnswer[];
  files: {name: string; size: number}[];
  /** Number of messages that the visitor has written. */
  messages: number;
}

/** Answer to a question of the site. The label is null for a question without an answer. */
export interface LeadAnswer {
  question: string;
  label: string | null;
  /** Cell of the CSV, which differs from the label for a number or a date. */
  value?: string;
  /** False if the site no longer asks the question. */
  isAsked: boolean;
}

const PURPOSES: Record<string, string> = {
  personal_data: 'Storing the data',
  ai_training: 'Training the AI assistant with the files',
  ai_answers: 'AI assistant reading the files',
};

const OPEN = 'Open in the console';
const ACCOUNT_ADVICE =
  'You need an account of this site. If you have none, ask the administrator of your chat server for one.';

/** For a server without the console. Owners have no access to it, so the e-mail names no command. */
const EXPORT_ADVICE =
  'Ask the administrator of your chat server to export this request, and name the reference above.';

const LEAD_TEXTS: Record<LeadCause, {title: string; intro: string}> = {
  new: {
    title: 'New request',
    intro: 'A visitor has sent a request and confirmed their e-mail address.',
  },
  changed: {
    title: 'E-mail address changed',
    intro: 'A visitor has confirmed another e-mail address. It replaces the earlier one.',
  },
  answers_changed: {
    title: 'Answers changed',
    intro:
      'A visitor has changed or added answers in their request. All its answers are listed below.',
  },
  files_added: {
    title: 'Files added',
    intro: 'A visitor has added files to their request. All its files are listed below.',
  },
};

/** E-mail to the site's owner about a confirmed e-mail address, to which replies go. */
export const renderLeadMail = (lead: Lead): MailContent => {
  const files = lead.files.map(({name, size}): EntryLine => [name, `(${formatSize(size, 'en')})`]);
  return renderOwnerMail({
    site: lead.site,
    reference: lead.reference,
    consoleUrl: lead.consoleUrl,
    replyTo: lead.email,
    ...LEAD_TEXTS[lead.cause],
    advice: 'Reply to this e-mail to write to the visitor.',
    rows: [
      ['Name', [lead.name]],
      ['E-mail address (confirmed)', [lead.email]],
      ...lead.answers.map(formatAnswer),
      ['Consents', formatConsents(lead)],
      ['Files', files.length > 0 ? files : ['none']],
      ...formatMessages(lead),
      ['Reference', [lead.reference]],
      ...adviseExport(lead, getExportLabel(lead)),
    ],
  });
};

/** Returns the number of messages. The e-mail omits their texts, as little data as possible. */
const formatMessages = ({messages}: Lead): OwnerMail['rows'] =>
  messages === 0
    ? []
    : [['Messages', [`${formatCount(messages, 'message')}, not included in this e-mail`]]];

const getExportLabel = ({files, messages}: Lead): string => {
  if (files.length > 0) return `How to get the files${messages > 0 ? ' and messages' : ''}`;
  return messages > 0 ? 'How to read the messages' : 'How to get all stored data';
};

export interface WaitingVisitor {
  reference: string;
  /** URL of the lead in the console; undefined if the console is switched off. */
  consoleUrl: string | undefined;
  site: string;
  /** E-mail address of the visitor; undefined if they have not given one. */
  email: string | undefined;
  isConfirmed: boolean;
}

/** E-mail to the site's owner when a visitor waits for a person. It omits the message. */
export const renderMessageMail = (visitor: WaitingVisitor): MailContent =>
  renderOwnerMail({
    site: visitor.site,
    reference: visitor.reference,
    consoleUrl: visitor.consoleUrl,
    replyTo: visitor.email,
    title: 'A visitor has written',
    intro: visitor.email
      ? 'A visitor has written in the chat and expects an answer by e-mail.'
      : 'A visitor has written in the chat. You cannot answer yet, because they have not given an e-mail address. Maria has asked for it.',
    advice: getReplyAdvice(visitor),
    rows: [
      [
        visitor.email && visitor.isConfirmed
          ? 'E-mail address (confirmed)'
          : visitor.email
            ? 'E-mail address (not confirmed yet)'
            : 'E-mail address',
        [visitor.email ?? 'not given yet'],
      ],
      ['Reference', [visitor.reference]],
      ...adviseExport(visitor, 'How to read the message'),
    ],
  });

const getReplyAdvice = ({email, isConfirmed}: WaitingVisitor): string => {
  if (!email) {
    return 'Do not reply to this e-mail: the visitor would not receive it. If they leave without giving an e-mail address, their visit and its messages are deleted.';
  }
  return isConfirmed
    ? 'Reply to this e-mail to write to the visitor.'
    : 'Reply to this e-mail to write to the visitor. Until they confirm the e-mail address, it may contain a mistake and belong to another person, so send nothing confidential.';
};

const adviseExport = (
  {consoleUrl}: Pick<OwnerMail, 'consoleUrl'>,
  label: string,
): OwnerMail['rows'] => (consoleUrl === undefined ? [[label, [EXPORT_ADVICE]]] : []);

interface OwnerMail {
  site: string;
  reference: string;
  consoleUrl: string | undefined;
  replyTo: string | undefined;
  title: string;
  intro: string;
  advice: string;
  rows: [label: string, lines: EntryLine[]][];
}

const renderOwnerMail = ({
  site,
  reference,
  consoleUrl,
  replyTo,
  title,
  intro,
  advice,
  rows,
}: OwnerMail): MailContent => ({
  senderName: site,
  // No name in the subject, which many mail programs and logs show.
  subject: `${title} – ${site} – ${reference.slice(0, 8)}`,
  ...(replyTo !== undefined && {replyTo}),
  text: [
    site,
    title,
    intro,
    advice,
    ...(consoleUrl === undefined ? [] : [`${OPEN}:\n${consoleUrl}\n${ACCOUNT_ADVICE}`]),
    ...rows.map(([label, lines]) => [`${label}:`, ...lines.map(toTextLine)].join('\n')),
  ].join('\n\n'),
  html: renderMailLayout({
    ...ENGLISH,
    sender: site,
    title,
    blocks: [
      paragraph(intro),
      paragraph(advice),
      ...(consoleUrl === undefined ? [] : [button(consoleUrl, OPEN), smallPrint(ACCOUNT_ADVICE)]),
      ...rows.map(([label, lines]) => entry(label, lines)),
    ],
  }),
});

const toTextLine = (line: EntryLine): string =>
  `  ${typeof line === 'string' ? line : line.join(' ')}`;

/** An entry has no empty line, which would end it in the text of the e-mail. */
const formatAnswer = ({question, label, value, isAsked}: LeadAnswer): OwnerMail['rows'][0] => {
  const text = question.replace(/\s+/g, ' ').trim();
  if (label === null) return [`${text} (no answer sent)`, ['–']];
  const isShown = value === undefined || label === value || label.split(/\s/).includes(value);
  return [
    `${text}${isAsked ? '' : ' (no longer asked)'}`,
    isShown ? label.split(/[\n\u2028\u2029]+/) : [[label, `(${value})`]],
  ];
};

const formatConsents = ({consents, unaskedPurposes}: Lead): string[] => [
  ...consents.map(
    ({purpose, granted, at}) =>
      `${PURPOSES[purpose] ?? purpose}: ${granted ? 'granted' : 'refused'} (${formatUtc(at)})`,
  ),
  ...unaskedPurposes.map((purpose) => `${PURPOSES[purpose] ?? purpose}: not asked`),
];
