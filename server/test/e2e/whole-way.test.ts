import {createHash} from 'node:crypto';
import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import {DEMO_OWNER} from '../../text/email.js';
import {listKeys} from '../list-keys.js';
import {getConfirmationLink} from '../mailbox.js';
import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import {bucketsMissing} from '../test-bucket.js';
import {until} from '../until.js';
import {collectConsole, openBrowser, openDemo} from './browser.js';

const corpus = process.env['TEST_PDF_DIR'];

/** Returns three PDFs: real ones if they exist, otherwise generated ones. */
const threePdfs = async (): Promise<{name: string; buffer: Buffer}[]> => {
  const own = ['Lebenslauf.pdf', 'Zeugnis 📜.pdf', 'تقرير.pdf'];
  if (!corpus) return own.map((name, i) => ({name, buffer: makePdf(90_000 + i)}));
  const names = (await readdir(corpus)).filter((name) => name.endsWith('.pdf')).slice(0, 3);
  return Promise.all(
    names.map(async (name) => ({name, buffer: await readFile(path.join(corpus, name))})),
  );
};

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

t.test('a visitor completes the conversation', async (t) => {
  const server = await startServer(t, {store: bucketsMissing ? 'disk' : 's3'});
  const {sql, mailbox} = server;
  const {context, widget, noise} = await openDemo(await openBrowser(t), server.url);
  const files = await threePdfs();

  t.equal(await widget.getLocalStorage(), '{}', 'nothing stored before opening');
  await widget.open();
  await widget.submitName('Anna Beispiel');
  await widget.answerConsents(true, false);
  await widget.addFiles(files);
  await widget.uploadAll(3);

  t.equal((await sql`select from user_sessions`).length, 0, 'no session before the e-mail address');
  t.equal((await sql`select from visits where state = 'open'`).length, 1);
  await widget.button('Done & continue').click();
  await widget.submitEmail('anna@example.com');
  await widget.getByText(/a link to anna@example\.com/).waitFor();
  const uuid = await widget.storage('session_uuid');
  const mail = await mailbox.waitFor('anna@example.com');
  t.notMatch(mail.text, /Anna/, 'the e-mail contains nothing that the visitor typed');

  const confirmation = await context.newPage();
  collectConsole(confirmation, noise);
  await confirmation.goto(getConfirmationLink(mail));
  t.equal(
    (await sql`select from user_sessions where verified`).length,
    0,
    'opening the link changes nothing',
  );
  await confirmation.getByRole('button', {name: 'Confirm'}).click();
  await confirmation.getByRole('heading', {name: /your e.mail address is confirmed/}).waitFor();
  await widget.getByText(/Thank you, Anna Beispiel!/).waitFor();
  t.ok(await widget.root.getByText(uuid ?? 'none').isVisible(), 'the reference is shown');

  const lead = await mailbox.waitFor(DEMO_OWNER);
  for (const part of [
    uuid ?? '',
    'Anna Beispiel',
    'anna@example.com',
    ...files.map((f) => f.name),
  ]) {
    t.ok(lead.text?.includes(part), `the owner's e-mail contains ${part}`);
  }

  t.test('one complete session with both decisions is stored', async (t) => {
    const sessions = await sql`
      select uuid, site_key, name, email, locale, verified, consent_personal_data,
             consent_ai_training, completed_at is not null as completed, archived_at
      from user_sessions`;
    t.same(sessions, [
      {
        uuid,
        site_key: 'demo',
        name: 'Anna Beispiel',
        email: 'anna@example.com',
        locale: 'en',
        verified: true,
        consent_personal_data: true,
        consent_ai_training: false,
        completed: true,
        archived_at: null,
      },
    ]);
    const consents = await sql`
      select purpose, decision, wording, encode(wording_sha256, 'hex') as hash, locale
      from consents order by id`;
    t.match(consents, [
      {purpose: 'personal_data', decision: 'granted', locale: 'en'},
      {purpose: 'ai_training', decision: 'refused', locale: 'en'},
    ]);
    for (const {wording, hash} of consents) {
      t.equal(
        hash,
        sha256(Buffer.from(wording as string)),
        'the hash is that of the exact wording',
      );
      t.ok(
        await widget
          .getByText(wording as string)
          .first()
          .isVisible(),
        'the visitor saw this wording',
      );
    }
  });

  t.test('three unchanged files and no other object are stored', async (t) => {
    const rows = await sql<{key: string; name: string; hash: string; state: string}[]>`
      select s3_key as key, file_name as name, encode(sha256, 'hex') as hash, state
      from file_uploads`;
    t.same(
      rows.map(({state}) => state),
      ['stored', 'stored', 'stored'],
    );
    t.same(
      new Map(rows.map(({name, hash}) => [name, hash])),
      new Map(files.map(({name, buffer}) => [name, sha256(buffer)])),
    );
    t.same((await listKeys(server.objects)).sort(), rows.map(({key}) => key).sort());
    t.ok(rows.every(({key}) => key.startsWith(`uploads/${uuid}/`)));
  });

  t.test('every act has an audit row without personal data', async (t) => {
    const rows = await sql<{event: string; text: string}[]>`
      select event_type as event, metadata::text as text from audit_logs
      where user_uuid = ${uuid} order by id`;
    const events = rows.map(({event}) => event);
    for (const event of [
      'uuid_generated',
      'step_reached',
      'consent_given',
      'consent_refused',
      'file_upload',
      'contact_given',
      'verification_sent',
      'email_verified',
    ]) {
      t.ok(events.includes(event), event);
    }
    t.equal(events.filter((event) => event === 'file_upload').length, 3);
    const all = rows.map(({text}) => text).join();
    for (const secret of ['Anna', 'anna@', ...files.map(({name}) => name)]) {
      t.notOk(all.includes(secret), `no ${secret} in the audit log`);
    }
  });

  t.same(noise, [], 'the console stayed empty');
  await until(async () => (await sql`select from jobs`).length === 0);
});
