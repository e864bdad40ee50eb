import type {SignInLink} from '../accounts/link-store.js';
import {REQUESTED_LINK_MS, INVITATION_MS} from '../accounts/link-store.js';
import type {Role} from '../contract/owner.js';
import {formatTime, formatUtc} from '../mail/format.js';
import {button, entry, paragraph, renderMailLayout, smallPrint} from '../mail/layout.js';
import {DAY_MS} from '../units.js';
import type {MailContent} from './confirmation-mail.js';

const ENGLISH = {language: 'en', direction: 'ltr'};
const SENDER = 'Maria Chat';

const ROLE_TEXTS: Record<Role, string> = {
  owner: 'You will be an owner: you can read and manage everything of this site.',
  agent: 'You will be an agent: you can read leads and their files, and mark leads as done.',
  observer: 'You will be an observer: you can see how far visitors come, and no personal data.',
};

/** E-mail with the sign-in link that a person has requested. */
export const renderSignInMail = (url: string): MailContent =>
  renderAccountMail({
    title: 'Sign in to the console',
    paragraphs: ['Press the button to open the sign-in page of your chat console.'],
    action: [url, 'Open the sign-in page'],
    small: [
      `The link is valid for ${formatTime(REQUESTED_LINK_MS, 'en')} and works once.`,
      'If you did not request it, ignore this e-mail. Do not forward it.',
    ],
  });

/** E-mail to a person who gets a role at a site. */
export const renderInvitationMail = (
  {siteName, role}: Pick<SignInLink, 'siteName' | 'role'>,
  url: string,
): MailContent =>
  renderAccountMail({
    sender: siteName ?? SENDER,
    title: 'You are invited to the chat console',
    paragraphs: [
      `You are invited to the console of the chat on ${siteName ?? 'a website'}.`,
      ...(role ? [ROLE_TEXTS[role]] : []),
    ],
    action: [url, 'Open the invitation'],
    small: [
      `The link is valid for ${INVITATION_MS / DAY_MS} days and works once. Later, sign in with this e-mail address.`,
      'If you did not expect it, ignore this e-mail. Do not forward it.',
    ],
  });

/** E-mail about a sign-in from a browser that the account has not used before. */
export const renderNewBrowserMail = (
  {browser, signedInAt}: Pick<SignInLink, 'browser' | 'signedInAt'>,
  url: string,
): MailContent =>
  renderAccountMail({
    title: 'New sign-in to the console',
    paragraphs: [
      'Your account was used to sign in from a browser that is new to it. If that was you, do nothing.',
    ],
    rows: [
      ['Browser', browser ?? 'unknown'],
      ['Time', signedInAt ? formatUtc(signedInAt) : 'unknown'],
    ],
    action: [url, 'This was not me'],
    small: [
      'The button opens a page that ends all sessions and open links of your account.',
      'Then check who can read your e-mails, because sign-in links arrive there.',
    ],
  });

interface AccountMail {
  sender?: string;
  title: string;
  paragraphs: string[];
  rows?: [label: string, text: string][];
  action: [url: string, label: string];
  small: string[];
}

const renderAccountMail = ({
  sender = SENDER,
  title,
  paragraphs,
  rows = [],
  action: [url, label],
  small,
}: AccountMail): MailContent => ({
  senderName: sender,
  subject: `${title} – ${sender}`,
  text: [
    sender,
    title,
    ...paragraphs,
    ...rows.map(([name, text]) => `${name}: ${text}`),
    `${label}:\n${url}`,
    ...small,
  ].join('\n\n'),
  html: renderMailLayout({
    ...ENGLISH,
    sender,
    title,
    blocks: [
      ...paragraphs.map(paragraph),
      ...rows.map(([name, text]) => entry(name, [text])),
      button(url, label),
      ...small.map((text) => smallPrint(text)),
    ],
  }),
});
