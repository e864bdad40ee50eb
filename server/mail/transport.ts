import {createTransport} from 'nodemailer';

import type {Config} from '../config/config.js';
import {INVISIBLE} from '../contract/invisible.js';
import {DEMO_OWNER, parseEmail} from '../text/email.js';
import {NotSent} from './smtp-health.js';

export interface Mail {
  to: string;
  /** Name that mail programs show for `MAIL_FROM`. */
  senderName: string;
  subject: string;
  text: string;
  html: string;
  /** E-mail address for replies, if it is not the sender's. */
  replyTo?: string;
}

const SMTP_MS = 10_000;

/** Returns the name in one line, without characters that display another name. */
const cleanSenderName = (name: string): string =>
  name.replace(INVISIBLE, ' ').replace(/\s+/gu, ' ').trim();

/** Connections to the mail server. */
export class MailTransport {
  private readonly from: string;
  private readonly smtp: ReturnType<typeof createTransport>;

  constructor(mail: Config['mail'], smtpUrl: string, maxConnections: number) {
    this.from = mail.from;
    this.smtp = createTransport({
      url: smtpUrl,
      pool: true,
      name: mail.ehloName,
      requireTLS: mail.requireTls,
      maxConnections,
      connectionTimeout: SMTP_MS,
      greetingTimeout: SMTP_MS,
      socketTimeout: 2 * SMTP_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    } as Parameters<typeof createTransport>[0]);
  }

  /** Connects, greets and logs in. */
  verify(): Promise<unknown> {
    return this.smtp.verify();
  }

  /** Sends the e-mail of a job. Throws `NotSent` if the mail server did not accept it. */
  async send(jobId: string, mail: Mail): Promise<void> {
    try {
      await this.trySend(jobId, mail);
    } catch (cause) {
      throw new NotSent('The mail server did not accept the e-mail.', {cause});
    }
  }

  close(): void {
    this.smtp.close();
  }

  private async trySend(
    jobId: string,
    {to, senderName, subject, text, html, replyTo}: Mail,
  ): Promise<void> {
    const {from} = this;
    // Checked again, because a line break in it would add another recipient.
    const address = to === DEMO_OWNER ? to : parseEmail(to);
    const replyAddress = replyTo === undefined ? undefined : parseEmail(replyTo);
    if (!address)
      throw Object.assign(new Error('The e-mail address is invalid.'), {code: 'EADDRESS'});
    await this.smtp.sendMail({
      // Only the name is the site's: SPF, DKIM and DMARC judge the e-mail address.
      from: {name: cleanSenderName(senderName), address: from},
      to: {name: '', address},
      ...(replyAddress && {replyTo: {name: '', address: replyAddress}}),
      envelope: {from, to: [address]},
      // Equal for every attempt, so that a mailbox can recognise a duplicate.
      messageId: `<${jobId}@${from.split('@')[1] ?? 'localhost'}>`,
      subject,
      text,
      html,
      headers: {'Auto-Submitted': 'auto-generated'},
    });
  }
}
