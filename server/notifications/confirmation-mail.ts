import type {Mail} from '../mail/transport.js';
import {button, renderMailLayout, paragraph, smallPrint} from '../mail/layout.js';
import {formatTime} from '../mail/format.js';
import {insertSite, interpolate, textsFor} from '../translations/translations.js';

export type MailContent = Omit<Mail, 'to'>;

export interface ConfirmationMailInput {
  /** Name from the site's settings. This e-mail contains nothing that a visitor typed. */
  site: string;
  url: string;
  validMs: number;
  locale: string | null;
}

export const renderConfirmationMail = ({
  site,
  url,
  validMs,
  locale,
}: ConfirmationMailInput): MailContent => {
  const texts = textsFor(locale);
  const title = texts.mailSubject;
  const body = insertSite(texts, texts.mailBody, site);
  const expires = interpolate(texts.mailExpires, {time: formatTime(validMs, texts.language)});
  const notMeUrl = `${url}/not-me`;
  return {
    senderName: site,
    subject: `${title} – ${site}`,
    text: [
      site,
      title,
      body,
      `${texts.mailButton}:\n${url}`,
      expires,
      `${texts.mailNotMe}\n${texts.mailNotMeLink}: ${notMeUrl}`,
    ].join('\n\n'),
    html: renderMailLayout({
      ...texts,
      sender: site,
      title,
      blocks: [
        paragraph(body),
        button(url, texts.mailButton),
        smallPrint(expires),
        smallPrint(texts.mailNotMe, {href: notMeUrl, label: texts.mailNotMeLink}),
      ],
    }),
  };
};
