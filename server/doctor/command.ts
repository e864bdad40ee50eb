import {parseArgs} from 'node:util';

import {CommandFailed} from '../command/command.js';
import type {Command, CommandDeps} from '../command/command.js';
import type {Config} from '../config/config.js';
import {parseConnection} from '../database/connection-url.js';
import {readProjectVersion} from '../http/assets.js';
import {checkClock} from './clock.js';
import {checkDatabase} from './database.js';
import {fail, toReason} from './finding.js';
import type {Check, DoctorDeps, Finding} from './finding.js';
import {checkFolders} from './folders.js';
import {checkMail} from './mail.js';
import {checkPublicUrl} from './public-address.js';
import {checkScanner} from './scanner.js';
import {checkSecret} from './secret.js';
import {checkSettings} from './settings.js';
import {checkStorage} from './storage.js';

const USAGE = `maria doctor [--mail E-MAIL] [--json]
  Check the settings and everything that the server needs. Print what was found and what to do.
  It changes nothing, except that the test of the client's IP address leaves an audit row.
  --mail         Send a test e-mail to this e-mail address (without SMTP_URL: to /dev/mail)
  --json         Print one JSON object instead of lines
  Exit codes: 0 no check failed (warnings are allowed), 1 a check failed, 2 wrong usage.
  Example: maria doctor --mail you@example.com`;

const OPTIONS = {
  mail: {type: 'string'},
  json: {type: 'boolean', default: false},
} as const;

const CHECKS: Record<string, Check> = {
  settings: checkSettings,
  secret: checkSecret,
  folders: checkFolders,
  database: checkDatabase,
  storage: checkStorage,
  clock: checkClock,
  mail: checkMail,
  scanner: checkScanner,
  public: checkPublicUrl,
};

type PartFinding = Finding & {part: string};

export const doctorCommand: Command = {
  usage: USAGE,
  run: async (deps, args) => {
    const {values} = parseArgs({args, options: OPTIONS, strict: true});
    const doctor = {...deps, version: readProjectVersion(), mailTo: values.mail};
    const findings: PartFinding[] = [];
    for await (const finding of examine(doctor)) {
      findings.push(finding);
      if (!values.json) await printFinding(deps, finding);
    }
    const failures = findings.filter(({level}) => level === 'fail').length;
    if (values.json) await deps.print(JSON.stringify({ok: failures === 0, findings}, null, 2));
    if (failures > 0) throw new CommandFailed(`${failures} of ${findings.length} checks failed.`);
  },
};

async function* examine(deps: DoctorDeps): AsyncGenerator<PartFinding> {
  const redact = createRedactor(deps.config, deps.databaseUrl);
  for (const [part, check] of Object.entries(CHECKS)) {
    try {
      for await (const finding of check(deps)) {
        yield {part, ...withCaHint(finding), found: redact(finding.found)};
      }
    } catch (error) {
      const found = redact(toReason(error));
      yield {part, ...fail('check', found, 'The check itself failed. Please report this error.')};
    }
  }
}

const UNKNOWN_CA =
  /SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY)|self.signed certificate|unable to (get|verify)\b.*\b(issuer|certificate)/i;

const CA_HINT =
  'If a private CA issued the certificate, set NODE_EXTRA_CA_CERTS to the PEM file of the CA.';

const withCaHint = (finding: Finding): Finding =>
  finding.level !== 'ok' && UNKNOWN_CA.test(finding.found)
    ? {...finding, advice: [finding.advice, CA_HINT].filter(Boolean).join(' ')}
    : finding;

const printFinding = async ({print}: CommandDeps, finding: PartFinding): Promise<void> => {
  const {part, check, level, found, advice} = finding;
  const head = `${level.padEnd(4)}  ${part.padEnd(8)}  ${check}: `;
  await print(`${head}${found}`);
  if (advice) await print(`      ${' '.repeat(10)}→ ${advice}`);
};

/** Returns a function that redacts secrets, which error messages of other programs can contain. */
const createRedactor = ({secrets, s3, mail, responder}: Config, databaseUrl: string) => {
  const hidden = [
    ...secrets.map(({bytes}) => bytes.toString()),
    parseConnection(databaseUrl).password ?? '',
    ...findPasswords(mail.smtpUrl ?? ''),
    ...(s3?.credentials ? [s3.credentials.secretAccessKey, s3.credentials.sessionToken ?? ''] : []),
    'secret' in responder ? responder.secret : '',
    'key' in responder ? (responder.key ?? '') : '',
  ].filter((secret) => secret !== '');
  return (text: string): string =>
    hidden.reduce((redacted, secret) => redacted.replaceAll(secret, '***'), text);
};

const findPasswords = (url: string): string[] => {
  if (!URL.canParse(url)) return [];
  const {password} = new URL(url);
  return [password, decodeURIComponent(password)];
};
