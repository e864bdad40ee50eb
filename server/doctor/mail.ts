import path from 'node:path';

import {createTransport} from 'nodemailer';

import type {Config} from '../config/config.js';
import {DevMailbox} from '../mail/dev-mailbox.js';
import {parseEmail} from '../text/email.js';
import {fail, ok, toReason, warn} from './finding.js';
import type {DoctorDeps, Finding} from './finding.js';

const SMTP_MS = 10_000;

/** Connects, negotiates TLS and logs in. An e-mail is sent only with `--mail`. */
export async function* checkMail(deps: DoctorDeps): AsyncGenerator<Finding> {
  const {mail} = deps.config;
  const {smtpUrl, requireTls, from, admin} = mail;
  if (!smtpUrl) {
    yield warn(
      'server',
      'not set: e-mails are shown at /dev/mail and not sent',
      'Set SMTP_URL and MAIL_FROM.',
    );
    if (deps.mailTo !== undefined) yield await sendCaught(deps.config, deps.mailTo);
    return;
  }
  const server = {...mail, smtpUrl};
  const {host, username} = new URL(smtpUrl);
  const login = username ? 'logged in' : 'without a login';
  try {
    await withTransport(server, (transport) => transport.verify());
    yield ok('server', `${host} responds, ${login}`);
  } catch (error) {
    yield requireTls && isRefusedTls(error)
      ? fail('encryption', `no STARTTLS: ${toReason(error)}`, TLS_ADVICE)
      : fail('server', `${host}: ${toReason(error)}`, getAdvice(error, server));
    return;
  }
  yield await checkEncryption(server);
  yield from.endsWith('localdomain')
    ? warn(
        'sender',
        from,
        'Set MAIL_FROM to an e-mail address that this mail server is allowed to send from.',
      )
    : ok('sender', from);
  yield admin
    ? ok('operator', 'alerts go to ADMIN_EMAIL')
    : warn('operator', 'no recipient for alerts', 'Set ADMIN_EMAIL.');
  if (deps.mailTo !== undefined) yield await send(server, deps.mailTo);
}

const TLS_ADVICE =
  'No e-mail is sent. Use a server that supports STARTTLS, or set SMTP_ALLOW_PLAINTEXT=true.';

/** Returns whether the server refused STARTTLS. Without a response, TLS began and failed. */
const isRefusedTls = (error: unknown): boolean => {
  const {code, command, response} = error as {code?: string; command?: string; response?: unknown};
  return code === 'ETLS' && command === 'STARTTLS' && Boolean(response);
};

/** Settings of the configured mail server or of the development mailbox. */
type Server = Pick<Config['mail'], 'from' | 'requireTls' | 'ehloName'> & {smtpUrl: string};

const getAdvice = (error: unknown, server: Server): string => {
  const {code} = error as {code?: string};
  if (isRefusedName(error)) return getNameAdvice(server);
  if (code === 'EAUTH')
    return 'Check the user and password in SMTP_URL, and percent-encode special characters.';
  if (code === 'ETLS') return 'Check the certificate of the server and the port in SMTP_URL.';
  return 'Check the host and port in SMTP_URL: use smtps:// for port 465 and smtp:// for 587.';
};

/** Some servers refuse the name immediately, others in the response to an e-mail. */
const isRefusedName = (error: unknown): boolean => {
  const {command = '', response} = error as {command?: string; response?: unknown};
  return /^(EHLO|HELO)$/.test(command) || /\b(EHLO|HELO)\b/i.test(String(response));
};

const getNameAdvice = ({smtpUrl, ehloName}: Server): string => {
  const configured = new URL(smtpUrl).searchParams.get('name') ?? ehloName;
  const name = configured ? `the name ${configured}` : 'a host name without a domain';
  return `The server refused ${name} in EHLO. Set PUBLIC_URL to a full host name, or add ?name=mail.example.com to SMTP_URL.`;
};

const checkEncryption = async (server: Server): Promise<Finding> => {
  if (server.smtpUrl.startsWith('smtps:')) return ok('encryption', 'TLS (smtps)');
  // If STARTTLS is required, the successful connection used it.
  if (server.requireTls) return ok('encryption', 'STARTTLS');
  try {
    await withTransport({...server, requireTls: true}, (transport) => transport.verify());
    return ok('encryption', 'STARTTLS');
  } catch (error) {
    const advice =
      'Use a server that supports STARTTLS: links and e-mail addresses are sent as plain text.';
    return warn('encryption', `no STARTTLS: ${toReason(error)}`, advice);
  }
};

/** Sends to a temporary development mailbox, which uses the folder that /dev/mail shows. */
const sendCaught = async ({mail, dataDir, publicUrl}: Config, to: string): Promise<Finding> => {
  const mailbox = await DevMailbox.start(path.join(dataDir, 'mail'));
  try {
    const sent = await send({...mail, smtpUrl: mailbox.smtpUrl, requireTls: false}, to);
    if (sent.level !== 'ok') return sent;
    const advice = `See ${publicUrl}/dev/mail while the server runs. The e-mail did not leave this machine.`;
    return ok('test mail', 'stored, not sent', advice);
  } finally {
    await mailbox.stop();
  }
};

const send = async (server: Server, recipient: string): Promise<Finding> => {
  const {from} = server;
  const to = parseEmail(recipient);
  if (!to) return fail('test mail', 'not sent', 'Pass one plain e-mail address with --mail.');
  try {
    await withTransport(server, (transport) =>
      transport.sendMail({
        from: {name: 'Maria Chat', address: from},
        to: {name: '', address: to},
        envelope: {from, to: [to]},
        subject: 'Maria Chat: test mail',
        text: 'This test e-mail of Maria Chat has arrived. If it is in the spam folder, set up SPF, DKIM and DMARC for the domain of the sender.',
        headers: {'Auto-Submitted': 'auto-generated'},
      }),
    );
    return ok(
      'test mail',
      'the server accepted it',
      'Check that it arrives in the inbox. In the spam folder: set up SPF, DKIM and DMARC for the domain of MAIL_FROM.',
    );
  } catch (error) {
    const advice = isRefusedName(error)
      ? getNameAdvice(server)
      : 'Check that this mail server is allowed to send from MAIL_FROM.';
    return fail('test mail', toReason(error), advice);
  }
};

type Transport = ReturnType<typeof createTransport>;

const withTransport = async (
  {smtpUrl: url, requireTls: requireTLS, ehloName: name}: Server,
  work: (transport: Transport) => Promise<unknown>,
): Promise<void> => {
  const transport = createTransport({
    url,
    name,
    requireTLS,
    connectionTimeout: SMTP_MS,
    greetingTimeout: SMTP_MS,
    socketTimeout: SMTP_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  } as Parameters<typeof createTransport>[0]);
  try {
    await work(transport);
  } finally {
    transport.close();
  }
};
