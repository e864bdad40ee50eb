import t from 'tap';

import {formatSize, formatTime} from '../mail/format.js';
import {
  VISITOR_NAME,
  OWNER_EMAIL,
  resetMailLimits,
  countMailsTo,
  createPendingContact,
  confirmLink,
  getWholeMail,
} from './contact-helpers.js';
import {getConfirmationLink} from './mailbox.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

void t.test('the e-mail to the visitor', async (t) => {
  const server = await startServer(t);
  const {visitor, mail, link} = await createPendingContact(server, 'zora.z@example.com', {
    locale: 'en-GB',
  });

  await t.test('contains nothing that the visitor typed', async (t) => {
    t.notMatch(getWholeMail(mail), /Zora|Zwiebelfisch|zora\.z/i);
    t.equal(mail.to?.[0]?.name, '');
    t.notMatch(getWholeMail(mail), new RegExp(visitor.token.slice(0, 20)));
  });

  await t.test('has text, HTML, the site’s name and a way to report a mistake', async (t) => {
    t.match(mail.subject, /confirm/);
    t.match(mail.subject, /Demo/);
    for (const part of [mail.text ?? '', mail.html ?? '']) {
      t.ok(part.includes(link));
      t.ok(part.includes(`${link}/not-me`));
    }
  });

  await t.test('leaves neither its link nor its e-mail address in the queue', async (t) => {
    const own = await startServer(t);
    const writer = await Visitor.consenting(own.url);
    await own.sender.stop();
    await writer.contact('resting@example.com', VISITOR_NAME);

    const jobs = await own.sql<{row: string}[]>`select j::text as row from jobs j`;
    t.equal(jobs.length, 1);
    t.notMatch(jobs[0]?.row, /resting|Zora|verify\/|http/);
    const rows = await own.sql<{row: string}[]>`select v::text as row from email_verifications v`;
    t.notMatch(rows[0]?.row, /[\w-]{43}/, 'no value with the 256 bits of a link');
  });

  await t.test('has the same content as text and as HTML, under the site’s name', async (t) => {
    const read = (mail.html ?? '')
      .replace(/<style>.*?<\/style>|<title>.*?<\/title>/gs, '')
      .replace(/<[^>]+>/g, ' ')
      .replaceAll('&amp;', '&')
      .replaceAll('\u2011', '-');
    for (const line of (mail.text ?? '').split('\n').filter((one) => one.trim())) {
      const words = line
        .replace(/https?:\S+/, '')
        .replace(/:\s*$/, '')
        .trim();
      t.ok(read.includes(words), words);
    }
    t.match(mail.html, /prefers-color-scheme: dark/);
    t.notMatch(mail.html, /<img|<link|url\(|<script/, 'loads and runs nothing');
  });

  for (const [locale, language, direction, word] of [
    ['de', 'de', 'ltr', 'Bestätigen'],
    ['de-CH', 'de', 'ltr', 'Bestätigen'],
    ['ar', 'ar', 'rtl', 'تأكيد'],
    ['pt-BR', 'pt-BR', 'ltr', 'onfirm'],
    ['xx', 'en', 'ltr', 'Confirm'],
  ] as const) {
    await t.test(`and its page use ${language} for ${locale}`, async (t) => {
      const {mail, link} = await createPendingContact(
        server,
        `reader-${locale}@example.com`.toLowerCase(),
        {
          locale,
        },
      );

      const opening = `<html lang="${language}" dir="${direction}">`;
      t.ok(mail.html?.includes(opening));
      const page = await (await fetch(link)).text();
      t.ok(page.includes(opening));
      t.ok(page.includes(word));
    });
  }
});

void t.test('the owner is notified of a confirmed e-mail address', async (t) => {
  const server = await startServer(t);
  await resetMailLimits(server);
  const visitor = await Visitor.consenting(server.url);
  await visitor.consent({ai_training: false});
  await visitor.upload(makePdf(3_000), {name: 'Lebenslauf <1>.pdf'});
  await visitor.upload(makePdf(4_000), {name: 'تقرير.pdf'});
  await visitor.contact('lead@example.com', 'Zora <b>Z</b>');
  t.equal(await countMailsTo(server, OWNER_EMAIL), 0, 'not before');

  await confirmLink(getConfirmationLink(await server.mailbox.waitFor('lead@example.com')));

  const mail = await server.mailbox.waitFor(OWNER_EMAIL);
  for (const expected of [
    visitor.uuid,
    'Zora <b>Z</b>',
    'lead@example.com',
    'Storing the data: granted',
    'Training the AI assistant with the files: refused',
    'Lebenslauf <1>.pdf (3 kB)',
    'تقرير.pdf',
  ]) {
    t.ok(mail.text?.includes(expected), expected);
  }
  t.same(
    mail.replyTo?.map(({address, name}) => [address, name]),
    [['lead@example.com', '']],
    'Reply-To is the visitor',
  );
  t.ok(mail.html?.includes('Zora &lt;b&gt;Z&lt;/b&gt;'), 'escaped in HTML');
  t.notMatch(mail.subject, /Zora|lead@/);
  t.notMatch(getWholeMail(mail), new RegExp(visitor.token.slice(0, 20)));
});

void t.test('the owner’s e-mail names a consent that was not asked for', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  await visitor.contact('brief@example.com', 'Zora');

  await confirmLink(getConfirmationLink(await server.mailbox.waitFor('brief@example.com')));

  const mail = await server.mailbox.waitFor(OWNER_EMAIL);
  for (const part of [mail.text ?? '', mail.html ?? ''])
    t.match(part, /Training the AI assistant with the files: not asked/);
});

void t.test('a duration is written in hours, or in minutes if the hours are not whole', (t) => {
  for (const [hours, language, expected] of [
    [24, 'en', '24 hours'],
    [1, 'de', '1 Stunde'],
    [0.5, 'pt-BR', '30 minutos'],
    [1.5, 'fr', '90 minutes'],
    [0.001, 'en', '1 minute'],
  ] as const) {
    t.equal(formatTime(hours * 3_600_000, language), expected);
  }
  t.end();
});

void t.test('a size is formatted as in the chat', (t) => {
  t.equal(formatSize(1, 'en'), '1 kB');
  t.equal(formatSize(28 * 1024, 'en'), '28 kB');
  t.equal(formatSize(1_572_864, 'en'), '1.5 MB');
  t.end();
});
