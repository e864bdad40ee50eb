import {escapeHtml} from '../http/html.js';

export interface MailLayout {
  language: string;
  direction: string;
  /** Sender shown at the top: the site's name. */
  sender: string;
  title: string;
  /** HTML fragments, already escaped. */
  blocks: string[];
}

/** Escapes a sentence of ours, in which no line ends within *e-mail*. */
const escapeSentence = (text: string): string =>
  escapeHtml(text).replace(/\b(e)-(mail)/gi, '$1\u2011$2');

const FONT = "system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const TEXT = `font-family:${FONT};font-size:16px;line-height:1.6;color:#191a23`;
const SOFT = `font-family:${FONT};font-size:14px;line-height:1.6;color:#5a5d70`;

/** Dark colours. Without them, mail programs with a dark mode choose colours themselves. */
const DARK = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .ground { background-color: #12131a !important; }
  .card { background-color: #1c1e27 !important; border-color: #2f3240 !important; }
  .ink { color: #ececf4 !important; }
  .soft { color: #a9acbf !important; }
}
`;

/** Uses tables and style attributes, which all mail programs support. The e-mail loads nothing. */
export const renderMailLayout = ({
  language,
  direction,
  sender,
  title,
  blocks,
}: MailLayout): string =>
  `<!doctype html>
<html lang="${language}" dir="${direction}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(title)}</title><style>${DARK}</style></head>
<body class="ground" style="margin:0;padding:0;background-color:#f3f3f9">
<table role="presentation" class="ground" dir="${direction}" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#f3f3f9" style="background-color:#f3f3f9"><tr><td align="center" style="padding:32px 12px">
<table role="presentation" dir="${direction}" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:520px">
<tr><td style="padding:0 8px 16px">${brand(sender)}</td></tr>
<tr><td class="card" bgcolor="#ffffff" style="background-color:#ffffff;border:1px solid #e4e5ee;border-radius:16px;padding:32px 28px">
<h1 class="ink" style="margin:0 0 16px;font-family:${FONT};font-size:22px;line-height:1.3;color:#191a23">${escapeSentence(title)}</h1>
${blocks.join('\n')}
</td></tr></table>
</td></tr></table>
</body></html>`;

const brand = (sender: string): string => {
  const [initial = 'M'] = sender.trim();
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td aria-hidden="true" width="32" height="32" align="center" bgcolor="#5646df" style="background-color:#5646df;border-radius:10px;font-family:${FONT};font-size:16px;font-weight:700;line-height:32px;color:#ffffff">${escapeHtml(initial.toUpperCase())}</td><td class="ink" style="padding:0 10px;font-family:${FONT};font-size:16px;font-weight:700;color:#191a23"><bdi>${escapeHtml(sender)}</bdi></td></tr></table>`;
};

export const paragraph = (text: string): string =>
  `<p class="ink" style="margin:0 0 16px;${TEXT}">${escapeSentence(text)}</p>`;

export const smallPrint = (text: string, link?: {href: string; label: string}): string => {
  const anchor = link
    ? ` <a class="soft" href="${escapeHtml(link.href)}" style="color:#5a5d70">${escapeSentence(link.label)}</a>`
    : '';
  return `<p class="soft" style="margin:0 0 8px;${SOFT}">${escapeSentence(text)}${anchor}</p>`;
};

export const button = (href: string, label: string): string =>
  `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:24px 0"><tr><td bgcolor="#5646df" style="background-color:#5646df;border-radius:12px"><a href="${escapeHtml(href)}" style="display:inline-block;padding:14px 26px;font-family:${FONT};font-size:16px;font-weight:600;line-height:1.3;color:#ffffff;text-decoration:none">${escapeSentence(label)}</a></td></tr></table>`;

/** A line of an entry, or a name with a remark after it. */
export type EntryLine = string | [name: string, remark: string];

/** Returns a label above its lines. `bdi` keeps the direction of each name and file name. */
export const entry = (label: string, lines: EntryLine[]): string => {
  const shown = lines.map((line, i) => {
    const [name, remark] = typeof line === 'string' ? [line] : line;
    const after = remark === undefined ? '' : ` ${escapeHtml(remark)}`;
    const gap = i < lines.length - 1 ? 4 : 14;
    return `<p class="ink" style="margin:0 0 ${gap}px;${TEXT};overflow-wrap:anywhere"><bdi>${escapeHtml(name)}</bdi>${after}</p>`;
  });
  return `<p class="soft" style="margin:0;${SOFT}">${escapeSentence(label)}</p>${shown.join('')}`;
};
