import type {Email} from 'postal-mime';

import {renderDevLinks} from '../http/dev-links.js';
import {escapeHtml} from '../http/html.js';
import type {CaughtMail} from './dev-mailbox.js';
import {BY_CLIENT_PER_HOUR, TO_ADDRESS_PER_DAY, TO_ADDRESS_PER_HOUR} from './limits.js';
import type {SuppressedMail} from './limits.js';

/** Style sheet of these pages, in addition to that of all development pages. */
export const STYLE = `
main { padding-bottom: 4rem; }
main h1 { overflow-wrap: anywhere; }
.mails { max-width: 52rem; margin: 0; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 0.9rem; background: var(--card); overflow: hidden; }
.mails li + li { border-top: 1px solid var(--line); }
.mails a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: 0.9rem 1.2rem; color: inherit; text-decoration: none; }
.mails a:hover { background: var(--soft); }
.mails a:focus-visible { outline-offset: -3px; }
.mails strong { font-weight: 600; overflow-wrap: anywhere; min-width: 0; }
.mails small { grid-column: 1; color: var(--muted); font-size: 0.9rem; overflow-wrap: anywhere; }
.mails time { grid-row: 1; grid-column: 2; color: var(--muted); font-size: 0.9rem; white-space: nowrap; }
@media (max-width: 34rem) { .mails time { grid-row: 3; grid-column: 1; } .mails a { grid-template-columns: 1fr; } }
.suppressed { max-width: 52rem; margin: 0 0 1.5rem; padding: 1rem 1.2rem; border: 1px solid light-dark(#e8c77a, #6b5523); border-radius: 0.9rem; background: light-dark(#fff8e6, #2a2414); }
.suppressed p { margin: 0 0 0.75rem; }
main > .empty { max-width: 52rem; padding: 3rem 1.5rem; border: 1px dashed var(--edge); border-radius: 0.9rem; text-align: center; }
.head { display: grid; grid-template-columns: auto 1fr; gap: 0.2rem 1rem; margin: 0 0 1.5rem; font-size: 0.95rem; }
.head dt { color: var(--muted); }
.head dd { margin: 0; overflow-wrap: anywhere; }
.views { display: grid; gap: 1.5rem; }
@media (min-width: 62rem) { .views { grid-template-columns: 3fr 2fr; } }
.views section { min-width: 0; }
.views h2 { margin-bottom: 0.6rem; font-size: 1.05rem; }
iframe { display: block; width: 100%; height: 36rem; border: 1px solid var(--line); border-radius: 0.9rem; background: var(--card); }
pre { margin: 0; padding: 1.2rem; border: 1px solid var(--line); border-radius: 0.9rem; background: var(--card); white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; font-size: 0.95rem; }
pre a { color: var(--accent); }
details { margin-top: 1.5rem; }
summary { cursor: pointer; font-weight: 600; }
details pre { margin-top: 0.8rem; font: 0.82rem/1.5 var(--code); }
`;

interface PageOptions {
  /** Languages of the reader, in their order. */
  languages: string[];
  /** Path below which a proxy serves this server. */
  basePath: string;
}

interface DevPage {
  title: string;
  body: string;
  basePath: string;
}

const page = ({title, body, basePath}: DevPage): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} – Maria Chat</title>
<link rel="icon" href="${basePath}/examples/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${basePath}/examples/pages.css"><link rel="stylesheet" href="${basePath}/dev/mail.css"></head>
<body>
<header class="top"><a class="mark" href="${basePath}/"><span aria-hidden="true">M</span> Maria Chat</a>
<nav aria-label="Pages">${renderDevLinks(basePath, '/dev/mail')}</nav></header>
<main><h1>${escapeHtml(title)}</h1>${body}</main>
</body></html>
`;

export const renderMailList = (
  {mails, count}: {mails: CaughtMail[]; count: number},
  suppressed: SuppressedMail[],
  {languages, basePath}: PageOptions,
): string => {
  const items = mails.map(
    ({id, mail}) =>
      `<li><a href="${basePath}/dev/mail/${id}"><strong dir="auto">${escapeHtml(getSubject(mail))}</strong><small>to ${escapeHtml(formatReceivers(mail))}</small>${renderMailTime(mail, languages)}</a></li>`,
  );
  const list =
    items.length > 0
      ? `<ul class="mails">${items.join('')}</ul>`
      : `<p class="empty">No e-mails yet. Talk to Maria on the <a href="${basePath}/">demo page</a> and enter an e-mail address.</p>`;
  const hint =
    'The server stores each e-mail here and sends none, because <code>SMTP_URL</code> is not set. Open an e-mail to use its links.';
  const older =
    count > mails.length
      ? `<p>These are the newest ${mails.length} of ${count} e-mails. The folder <code>mail</code> in <code>DATA_DIR</code> has all of them.</p>`
      : '';
  const body = `<p class="lead">${hint}</p>${limitHints(suppressed, {languages, basePath})}${list}${older}`;
  return page({title: 'Development mailbox', body, basePath});
};

const limitHints = (suppressed: SuppressedMail[], {languages, basePath}: PageOptions): string => {
  if (suppressed.length === 0) return '';
  const lines = suppressed.map(({by, count, latest}) => {
    const mails = count === 1 ? 'An e-mail' : `${count} e-mails`;
    const time = renderTime(latest, languages);
    return by === 'address' ? stoppedHint(mails, time) : delayedHint(mails, time);
  });
  return `<div class="suppressed" role="status">${lines.join('')}<p>The limits are fixed, in <code>server/mail/limits.ts</code>. Without them, anyone could use your server to send e-mails to strangers. Wait until the time is over, or delete the counts in this database.</p>
<form method="post" action="${basePath}/dev/mail/limits"><button class="secondary" type="submit">Delete the counts</button></form></div>`;
};

const stoppedHint = (mails: string, time: string): string =>
  `<p><strong>${mails} not sent</strong>, the last at ${time}. At most ${TO_ADDRESS_PER_HOUR} an hour and ${TO_ADDRESS_PER_DAY} a day go to one e-mail address. The chat shows “We mailed a link” in both cases, so that it reveals nothing about an e-mail address.</p>`;

const delayedHint = (mails: string, time: string): string =>
  `<p><strong>${mails} waiting</strong>, the last since ${time}. At most ${BY_CLIENT_PER_HOUR} an hour are sent for one client network, which here is this machine. The chat says that the link may take a while.</p>`;

export const renderMail = (
  {id, mail}: CaughtMail,
  source: string,
  {languages, basePath}: PageOptions,
): string => {
  const head: [string, string][] = [
    ['To', formatReceivers(mail)],
    ['From', [mail.from?.name, mail.from?.address].filter(Boolean).join(' · ')],
    ...(mail.replyTo?.length
      ? [['Reply to', formatAddresses(mail.replyTo)] as [string, string]]
      : []),
  ];
  const rows = head.map(([term, text]) => `<dt>${term}</dt><dd>${escapeHtml(text)}</dd>`);
  const rendered = mail.html
    ? `<section><h2>As recipients see it</h2><iframe title="The e-mail as recipients see it" src="${basePath}/dev/mail/${id}/html" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe></section>`
    : '';
  return page({
    title: getSubject(mail),
    basePath,
    body: `<dl class="head">${rows.join('')}<dt>Sent</dt><dd>${renderMailTime(mail, languages)}</dd></dl>
<div class="views">${rendered}<section><h2>As text</h2><pre dir="auto">${linkUrls(mail.text ?? '')}</pre></section></div>
<details><summary>Source</summary><pre dir="ltr">${escapeHtml(source)}</pre></details>
<p><a class="secondary" href="${basePath}/dev/mail/${id}/source">Download .eml</a> <a class="secondary" href="${basePath}/dev/mail">All e-mails</a></p>`,
  });
};

/** Makes links open in a new tab, because the e-mail's frame allows no navigation. */
export const renderMailFrame = ({mail}: CaughtMail): string =>
  (mail.html ?? '').replace(/<head>/i, '<head><base target="_blank">');

const getSubject = ({subject}: Email): string => subject ?? '(no subject)';

const formatReceivers = ({to}: Email): string => formatAddresses(to ?? []);

const formatAddresses = (all: NonNullable<Email['to']>): string =>
  all.map(({address}) => address).join(', ');

const renderMailTime = ({date}: Email, languages: string[]): string => {
  const time = new Date(date ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? '' : renderTime(time, languages);
};

/**
 * Renders a time in the first of these languages that is supported. It has the server's time zone,
 * because only browsers on this machine open these pages.
 */
const renderTime = (time: Date, languages: string[]): string => {
  const format = new Intl.DateTimeFormat(languages, {dateStyle: 'medium', timeStyle: 'medium'});
  const {locale} = format.resolvedOptions();
  return `<time lang="${locale}" dir="auto" datetime="${time.toISOString()}">${escapeHtml(format.format(time))}</time>`;
};

const linkUrls = (text: string): string =>
  escapeHtml(text).replace(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`);
