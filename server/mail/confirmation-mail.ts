import {escapeHtml} from '../http/html.js';
import {filled, textsFor} from './texts/texts.js';

export interface MailContent {
  subject: string;
  text: string;
  html: string;
}

export interface Confirmation {
  /** The site's own name: nothing that a visitor typed stands in this mail. */
  site: string;
  url: string;
  hours: number;
  locale: string | null;
}

export const confirmationMail = ({site, url, hours, locale}: Confirmation): MailContent => {
  const texts = textsFor(locale);
  const body = filled(texts.mailBody, {site});
  const expires = filled(texts.mailExpires, {hours});
  const notMeUrl = `${url}/not-me`;
  return {
    subject: `${texts.mailSubject} – ${site}`,
    text: [
      texts.mailHello,
      `${body}`,
      `${texts.mailButton}:\n${url}`,
      expires,
      `${texts.mailNotMe}\n${notMeUrl}`,
    ].join('\n\n'),
    html: mailFrame(texts, [
      `<p>${escapeHtml(texts.mailHello)}</p>`,
      `<p>${escapeHtml(body)}</p>`,
      `<p style="margin:28px 0"><a href="${escapeHtml(url)}" style="background:#4338ca;color:#ffffff;padding:14px 24px;border-radius:10px;text-decoration:none;font-weight:600;display:inline-block">${escapeHtml(texts.mailButton)}</a></p>`,
      `<p style="color:#64748b;font-size:14px">${escapeHtml(expires)}</p>`,
      `<p style="color:#64748b;font-size:14px">${escapeHtml(texts.mailNotMe)} <a href="${escapeHtml(notMeUrl)}" style="color:#64748b">${escapeHtml(texts.mailNotMeLink)}</a></p>`,
    ]),
  };
};

/** Styles stand in attributes: mail programs know no other way. */
export const mailFrame = (
  {language, direction}: {language: string; direction: string},
  paragraphs: string[],
): string => `<!doctype html>
<html lang="${language}" dir="${direction}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"></head>
<body style="margin:0;padding:24px;background:#f1f5f9"><div style="max-width:520px;margin:0 auto;background:#ffffff;color:#0f172a;border-radius:16px;padding:32px;font:16px/1.6 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif">
${paragraphs.join('\n')}
</div></body></html>`;
