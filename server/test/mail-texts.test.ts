import t from 'tap';

import {NAME, OWNER, forgetMailCounts, mailsTo, pending, press, whole} from './contact-parts.js';
import {linkIn} from './mailbox.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

void t.test('the mail to the visitor', async (t) => {
  const server = await startServer(t);
  const {visitor, mail, link} = await pending(server, 'zora.z@example.com', {locale: 'en-GB'});

  await t.test('holds nothing that the visitor typed', async (t) => {
    t.notMatch(whole(mail), /Zora|Zwiebelfisch|zora\.z/i);
    t.equal(mail.to?.[0]?.name, '');
    t.notMatch(whole(mail), new RegExp(visitor.token.slice(0, 20)));
  });

  await t.test('has text, HTML, the site’s name and a way to say that it was not me', async (t) => {
    t.match(mail.subject, /confirm/);
    t.match(mail.subject, /Demo/);
    for (const part of [mail.text ?? '', mail.html ?? '']) {
      t.ok(part.includes(link));
      t.ok(part.includes(`${link}/not-me`));
    }
  });

  await t.test('neither its link nor its address rests in the queue', async (t) => {
    const own = await startServer(t);
    const writer = await Visitor.consenting(own.url);
    await own.sender.stop();
    await writer.contact('resting@example.com', NAME);

    const jobs = await own.sql<{row: string}[]>`select j::text as row from jobs j`;
    t.equal(jobs.length, 1);
    t.notMatch(jobs[0]?.row, /resting|Zora|verify\/|http/);
    const rows = await own.sql<{row: string}[]>`select v::text as row from email_verifications v`;
    t.notMatch(rows[0]?.row, /[\w-]{43}/, 'no 256 bits that could be a link’s');
  });

  for (const [locale, language, direction, word] of [
    ['de', 'de', 'ltr', 'Bestätigen'],
    ['de-CH', 'de', 'ltr', 'Bestätigen'],
    ['ar', 'ar', 'rtl', 'تأكيد'],
    ['pt-BR', 'pt-BR', 'ltr', 'onfirm'],
    ['xx', 'en', 'ltr', 'Confirm'],
  ] as const) {
    await t.test(`and its page speak ${language} for ${locale}`, async (t) => {
      const {mail, link} = await pending(server, `reader-${locale}@example.com`.toLowerCase(), {
        locale,
      });

      const opening = `<html lang="${language}" dir="${direction}">`;
      t.ok(mail.html?.includes(opening));
      const page = await (await fetch(link)).text();
      t.ok(page.includes(opening));
      t.ok(page.includes(word));
    });
  }
});

void t.test('the owner hears of a confirmed address', async (t) => {
  const server = await startServer(t);
  await forgetMailCounts(server);
  const visitor = await Visitor.consenting(server.url);
  await visitor.consent({ai_training: false});
  await visitor.upload(makePdf(3_000), {name: 'Lebenslauf <1>.pdf'});
  await visitor.upload(makePdf(4_000), {name: 'تقرير.pdf'});
  await visitor.contact('lead@example.com', 'Zora <b>Z</b>');
  t.equal(await mailsTo(server, OWNER), 0, 'not before');

  await press(linkIn(await server.mailbox.waitFor('lead@example.com')));

  const mail = await server.mailbox.waitFor(OWNER);
  for (const expected of [
    visitor.uuid,
    'Zora <b>Z</b>',
    'lead@example.com',
    'personal_data: granted',
    'ai_training: refused',
    'Lebenslauf <1>.pdf',
    'تقرير.pdf',
    `maria export --uuid ${visitor.uuid}`,
  ]) {
    t.ok(mail.text?.includes(expected), expected);
  }
  t.ok(mail.html?.includes('Zora &lt;b&gt;Z&lt;/b&gt;'), 'escaped in HTML');
  t.notMatch(mail.subject, /Zora|lead@/);
  t.notMatch(whole(mail), new RegExp(visitor.token.slice(0, 20)));
});
