import path from 'node:path';

import {createTransport} from 'nodemailer';

import type {Config} from '../config/config.js';
import {DevMailbox} from '../mail/dev-mailbox.js';
import {strictEmail} from '../text/email.js';
import {fail, ok, toReason, warn} from './finding.js';
import type {DoctorDeps, Finding} from './finding.js';

const SMTP_MS = 10_000;

/** Connects, agrees on TLS and logs in; nothing is sent but what `--mail` asks for. */
export async function* checkMail(deps: DoctorDeps): AsyncGenerator<Finding> {
  const {mail} = deps.config;
  const {smtpUrl, requireTls, from, admin} = mail;
  if (!smtpUrl) {
    yield warn('server', 'not set: mail is caught at /dev/mail', 'Set SMTP_URL and MAIL_FROM.');
    if (deps.mailTo !== undefined) yield await sendCaught(deps.config, deps.mailTo);
    return;
  }
  const server = {...mail, smtpUrl};
  const {host, username} = new URL(smtpUrl);
  const login = username ? 'logged in' : 'without a login';
  try {
    await withTransport(server, (transport) => transport.verify());
    yield ok('server', `${host} takes mail, ${login}`);
  } catch (error) {
    yield requireTls && isRefusedTls(error)
      ? fail('encryption', `no STARTTLS: ${toReason(error)}`, TLS_ADVICE)
      : fail('server', `${host}: ${toReason(error)}`, adviceFor(error, server));
    return;
  }
  yield await encryption(server);
  yield from.endsWith('localdomain')
    ? warn('sender', from, 'Set MAIL_FROM to an address that this mail server may send for.')
    : ok('sender', from);
  yield admin
    ? ok('operator', 'alerts go to ADMIN_EMAIL')
    : warn('operator', 'nobody hears of alerts', 'Set ADMIN_EMAIL.');
  if (deps.mailTo !== undefined) yield await send(server, deps.mailTo);
}

const TLS_ADVICE = 'No mail leaves. Use a server that offers it, or say SMTP_ALLOW_PLAINTEXT=true.';

/** The server was asked for STARTTLS and answered no. Without an answer, TLS began and failed. */
const isRefusedTls = (error: unknown): boolean => {
  const {code, command, response} = error as {code?: string; command?: string; response?: unknown};
  return code === 'ETLS' && command === 'STARTTLS' && Boolean(response);
};

/** Mail settings of a server, given or our own. */
type Server = Pick<Config['mail'], 'from' | 'requireTls' | 'ehloName'> & {smtpUrl: string};

const adviceFor = (error: unknown, server: Server): string => {
  const {code} = error as {code?: string};
  if (isRefusedName(error)) return nameAdvice(server);
  if (code === 'EAUTH')
    return 'Check user and password in SMTP_URL; percent-encode odd characters.';
  if (code === 'ETLS') return 'Check the certificate of the server, and whether the port is right.';
  return 'Check host and port in SMTP_URL: smtps:// is for 465, smtp:// for 587.';
};

/** Some servers refuse the name at once, others only when a mail is sent, and then say so. */
const isRefusedName = (error: unknown): boolean => {
  const {command = '', response} = error as {command?: string; response?: unknown};
  return /^(EHLO|HELO)$/.test(command) || /\b(EHLO|HELO)\b/i.test(String(response));
};

const nameAdvice = ({smtpUrl, ehloName}: Server): string => {
  const given = new URL(smtpUrl).searchParams.get('name') ?? ehloName;
  const name = given ? `the name ${given}` : 'a host name without a domain';
  return `The server refused ${name} in EHLO. Set PUBLIC_URL to a full host name, or add ?name=mail.example.com to SMTP_URL.`;
};

const encryption = async (server: Server): Promise<Finding> => {
  if (server.smtpUrl.startsWith('smtps:')) return ok('encryption', 'TLS from the first byte');
  // Where it is required, whoever came this far has it.
  if (server.requireTls) return ok('encryption', 'STARTTLS');
  try {
    await withTransport({...server, requireTls: true}, (transport) => transport.verify());
    return ok('encryption', 'STARTTLS');
  } catch (error) {
    const advice = 'Use a server that offers it: links and addresses pass in the clear.';
    return warn('encryption', `no STARTTLS: ${toReason(error)}`, advice);
  }
};

/** Over a mailbox of our own on the folder that the server's page shows. */
const sendCaught = async ({mail, dataDir, publicUrl}: Config, to: string): Promise<Finding> => {
  const mailbox = await DevMailbox.start(path.join(dataDir, 'mail'));
  try {
    const sent = await send({...mail, smtpUrl: mailbox.smtpUrl, requireTls: false}, to);
    if (sent.level !== 'ok') return sent;
    const advice = `See ${publicUrl}/dev/mail while the server runs. Nothing has left this machine.`;
    return ok('test mail', 'caught, not delivered', advice);
  } finally {
    await mailbox.stop();
  }
};

const send = async (server: Server, given: string): Promise<Finding> => {
  const {from} = server;
  const to = strictEmail(given);
  if (!to) return fail('test mail', 'not sent', '--mail takes one plain e-mail address.');
  try {
    await withTransport(server, (transport) =>
      transport.sendMail({
        from: {name: 'Maria', address: from},
        to: {name: '', address: to},
        envelope: {from, to: [to]},
        subject: 'Maria Chat: a test mail',
        text: 'Mail from your server arrives. Whether it lands among spam is up to SPF, DKIM and DMARC of the sender’s domain.',
        headers: {'Auto-Submitted': 'auto-generated'},
      }),
    );
    return ok('test mail', 'the server took it', 'Look whether it arrives, and not among spam.');
  } catch (error) {
    const advice = isRefusedName(error)
      ? nameAdvice(server)
      : 'Check that this mail server may send for MAIL_FROM.';
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
