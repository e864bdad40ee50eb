import {domainToUnicode} from 'node:url';

import type {Email} from 'postal-mime';
import t from 'tap';
import type {Test} from 'tap';

import type {ErrorBody} from '../contract/common.js';
import {linkIn, startMailbox} from './mailbox.js';
import {makePdf} from './pdf.js';
import {freePort} from './free-port.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const NAME = 'Zora Zwiebelfisch';
const OWNER = 'owner@example.com';

/** A visitor with an address, and the link that was mailed there. */
const pending = async (server: TestServer, email: string, more: object = {}) => {
  await forgetMailCounts(server);
  const visitor = await Visitor.consenting(server.url);
  const answer = await visitor.contact(email, NAME, more);
  if (answer.status !== 202) throw new Error(`Contact answered ${answer.status}.`);
  const mail = await server.mailbox.waitFor(email);
  return {visitor, mail, link: linkIn(mail)};
};

/** All tests come from one address, which may have ten mails an hour. */
const forgetMailCounts = ({sql}: TestServer) => sql`delete from mail_counts`;

const linksOf = ({sql}: TestServer, uuid: string) =>
  sql<{address: string; used: boolean; voided: boolean}[]>`
    select address, used_at is not null as used, voided_at is not null as voided
    from email_verifications where session_uuid = ${uuid} order by created_at, voided_at`;

const sessionOf = async ({sql}: TestServer, uuid: string) => {
  const [row] = await sql<{name: string; email: string; verified: boolean; updated_at: Date}[]>`
    select name, email, verified, updated_at from user_sessions where uuid = ${uuid}`;
  return row;
};

/** How many mails to an address have arrived, once the queue is empty. */
const mailsTo = async (server: TestServer, address: string): Promise<number> => {
  server.sender.wake();
  await until(async () => (await server.sql`select from jobs where state = 'queued'`).length === 0);
  return server.mailbox.receivers.filter((receivers) => receivers.includes(address)).length;
};

const press = (link: string) => fetch(link, {method: 'POST'});

const audited = async ({sql}: TestServer, uuid: string, event: string) =>
  sql<{metadata: Record<string, unknown>}[]>`
    select metadata from audit_logs where user_uuid = ${uuid} and event_type = ${event} order by id`;

const whole = ({subject, text, html}: Email): string => [subject, text, html].join('\n');

void t.test('handing over an address', async (t) => {
  const server = await startServer(t);

  await t.test('makes the session, and mails a link to that address alone', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.consent({ai_training: true});
    await visitor.upload(makePdf());
    t.equal((await server.sql`select from user_sessions`).length, 0, 'no session before it');

    const {status, body} = await visitor.contact('first@example.com', NAME);

    t.equal(status, 202);
    t.same(body, {state: 'pending', email_masked: 'f•••@example.com'});
    t.match(await server.sql`select * from user_sessions`, [
      {
        uuid: visitor.uuid,
        site_key: 'demo',
        name: NAME,
        email: 'first@example.com',
        ip_address: '127.0.0.1',
        consent_personal_data: true,
        consent_ai_training: true,
        verified: false,
        completed_at: null,
      },
    ]);
    const mail = await server.mailbox.waitFor('first@example.com');
    t.match(linkIn(mail), new RegExp(`^${server.config.publicUrl}/verify/`));
    t.same(server.mailbox.receivers, [['first@example.com']]);
    t.equal((await audited(server, visitor.uuid, 'contact_given')).length, 1);
    t.match(await audited(server, visitor.uuid, 'verification_sent'), [{metadata: {mailed: true}}]);
    t.equal((await visitor.files()).length, 1);
  });

  await t.test('needs consent to storing, given before or with it', async (t) => {
    const visitor = await Visitor.arrive(server.url);
    const decision = {purpose: 'personal_data', wording: 'May we?', locale: 'en'};

    const none = await visitor.contact('none@example.com');
    const refused = await visitor.contact('none@example.com', NAME, {
      consents: [{...decision, granted: false}],
    });
    t.same([none.status, none.body['code']], [403, 'consent_required']);
    t.same([refused.status, refused.body['code']], [403, 'consent_required']);
    t.equal(await sessionOf(server, visitor.uuid), undefined);

    const given = await visitor.contact('given@example.com', NAME, {
      consents: [{...decision, granted: true}],
    });
    t.equal(given.status, 202);
    t.equal(await mailsTo(server, 'none@example.com'), 0);
  });

  await t.test('again with the same address changes nothing and mails nothing', async (t) => {
    const {visitor} = await pending(server, 'twice@example.com');
    const before = await sessionOf(server, visitor.uuid);

    const {status, body} = await visitor.contact('twice@example.com', NAME);

    t.same([status, body['state']], [202, 'pending']);
    t.same(await sessionOf(server, visitor.uuid), before);
    t.equal((await linksOf(server, visitor.uuid)).length, 1);
    t.equal(await mailsTo(server, 'twice@example.com'), 1);
  });

  await t.test('eight times at once is one session and one mail', async (t) => {
    await forgetMailCounts(server);
    const visitor = await Visitor.consenting(server.url);

    const answers = await Promise.all(
      Array.from({length: 8}, () => visitor.contact('eight@example.com')),
    );

    t.same(new Set(answers.map(({status}) => status)), new Set([202]));
    t.equal((await linksOf(server, visitor.uuid)).length, 1);
    t.equal(await mailsTo(server, 'eight@example.com'), 1);
  });

  await t.test('says nothing of whether an address is known', async (t) => {
    await pending(server, 'known@example.com');
    const answers = [];
    for (const email of ['known@example.com', 'fresh@example.com']) {
      const visitor = await Visitor.consenting(server.url);
      const {status, body} = await visitor.contact(email);
      answers.push([status, body['state'], Object.keys(body)]);
    }
    t.same(answers[0], answers[1]);
  });
});

void t.test('names and addresses', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const long = (local: number, total: number) => {
    const labels = `${'d'.repeat(60)}.`.repeat(4);
    const domain = `${labels}${'e'.repeat(total)}`;
    return `${'l'.repeat(local)}@${domain.slice(0, total - local - 1).replace(/\.$/, 'x')}`;
  };

  const badAddresses: [string, string][] = [
    ['nothing', ''],
    ['no @', 'anna.example.com'],
    ['no local part', '@example.com'],
    ['no domain', 'anna@'],
    ['a domain of one label', 'anna@localhost'],
    ['an IP address', 'anna@127.0.0.1'],
    ['an IP address in brackets', 'anna@[127.0.0.1]'],
    ['an IP address in disguise', 'anna@0x7f.1'],
    ['two addresses', 'anna@example.com, bob@example.com'],
    ['two addresses without a blank', 'anna@example.com,bob@example.com'],
    ['a semicolon', 'anna@example.com;bob@example.com'],
    ['a second @', 'anna@bob@example.com'],
    ['quotes', '"anna"@example.com'],
    ['quotes around another address', '"bob@evil.example "@example.com'],
    ['a display name', 'Anna <anna@example.com>'],
    ['a comment', 'anna(x)@example.com'],
    ['a line break and a header', 'anna@example.com\r\nBcc: bob@example.com'],
    ['a header before the @', 'anna\r\nBcc:bob@example.com'],
    ['a line break inside the domain', 'anna@exam\r\nple.com'],
    ['a tab inside the domain', 'anna@exam\tple.com'],
    ['a path behind the domain', 'anna@example.com/x'],
    ['a query behind the domain', 'anna@example.com?bcc=bob'],
    ['a fragment behind the domain', 'anna@example.com#x'],
    ['a port', 'anna@example.com:25'],
    ['a backslash', 'anna@example.com\\x'],
    ['percent signs in the domain', 'anna@exa%6Dple.com'],
    ['a NUL', 'anna\0@example.com'],
    ['a blank inside', 'an na@example.com'],
    ['two dots', 'anna..b@example.com'],
    ['a dot first', '.anna@example.com'],
    ['a dot last', 'anna.@example.com'],
    ['a label with a hyphen first', 'anna@-example.com'],
    ['an underscore in the domain', 'anna@ex_ample.com'],
    ['an @ of full width', 'anna@bob＠example.com'],
    ['65 characters before the @', long(65, 200)],
    ['255 characters in all', long(64, 255)],
    ['a label of 64', `anna@${'x'.repeat(64)}.com`],
  ];
  for (const [what, email] of badAddresses) {
    await t.test(`an address with ${what} is refused`, async (t) => {
      const {status, body} = await visitor.contact(email);

      t.same([status, body['code']], [422, 'invalid_email']);
    });
  }

  const badNames: [string, string][] = [
    ['nothing', ''],
    ['blanks', ' \t\n '],
    ['only signs', '<<<>>> !'],
    ['only invisible signs', '\u202e\u200f\ufeff'],
    ['101 characters', 'n'.repeat(101)],
  ];
  for (const [what, name] of badNames) {
    await t.test(`a name of ${what} is refused`, async (t) => {
      const {status, body} = await visitor.contact('anna@example.com', name);

      t.same([status, body['code']], [422, 'invalid_name']);
    });
  }

  await t.test('none of these left anything', async (t) => {
    t.equal((await server.sql`select from user_sessions`).length, 0);
    t.equal((await server.sql`select from jobs`).length, 0);
    t.same(server.mailbox.mails, []);
  });

  const good: [string, string, string][] = [
    ['plain', 'anna@example.com', 'anna@example.com'],
    ['with blanks around it', '  anna.b@example.com\n', 'anna.b@example.com'],
    ['with a tag', 'anna+chat@example.com', 'anna+chat@example.com'],
    ['with an apostrophe', "o'neil@example.com", "o'neil@example.com"],
    ['with a domain in capitals', 'Anna@EXAMPLE.com', 'Anna@example.com'],
    ['with a domain in letters of its own', 'anna@münchen.example', 'anna@xn--mnchen-3ya.example'],
    ['with an ideographic full stop', 'anna@例え。テスト', 'anna@xn--r8jz45g.xn--zckzah'],
    ['with 64 characters before the @', long(64, 200), long(64, 200)],
    ['of 254 characters', long(64, 254), long(64, 254)],
  ];
  for (const [what, email, stored] of good) {
    await t.test(`an address ${what} is accepted`, async (t) => {
      await forgetMailCounts(server);
      const own = await Visitor.consenting(server.url);

      t.equal((await own.contact(email)).status, 202);

      t.equal((await sessionOf(server, own.uuid))?.email, stored);
      // The test's own SMTP server shows domains in Unicode, and takes no more than 253 characters.
      if (stored.length === 254) return;
      await server.mailbox.waitFor(stored.replace(/[^@]+$/, domainToUnicode));
    });
  }

  await t.test('a name is kept as it was meant', async (t) => {
    for (const [given, stored] of [
      ['n'.repeat(100), 'n'.repeat(100)],
      ['  Zoë\u202e  de\r\nBcc: x  Vries ', 'Zoë de Bcc: x Vries'],
      ['李小龙', '李小龙'],
      ['🙂'.repeat(99) + 'a', '🙂'.repeat(99) + 'a'],
      ['O’Neil & Sons <b>', 'O’Neil & Sons <b>'],
    ] as const) {
      await forgetMailCounts(server);
      const own = await Visitor.consenting(server.url);
      t.equal((await own.contact('name@example.com', given)).status, 202);
      t.equal((await sessionOf(server, own.uuid))?.name, stored);
    }
  });

  await t.test('every mail had one receiver', async (t) => {
    t.ok(server.mailbox.receivers.every((receivers) => receivers.length === 1));
    t.notOk(server.mailbox.receivers.flat().some((receiver) => /bob|evil/.test(receiver)));
  });
});

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

void t.test('the page behind the link', async (t) => {
  const server = await startServer(t);

  await t.test('changes nothing, however often a scanner reads it', async (t) => {
    const {visitor, link} = await pending(server, 'scanned@example.com');
    const trail = () => server.sql`select from audit_logs where user_uuid = ${visitor.uuid}`;
    const before = (await trail()).length;

    for (let i = 0; i < 10; i++) {
      t.equal((await fetch(link)).status, 200);
      t.equal((await fetch(link, {method: 'HEAD'})).status, 200);
      t.equal((await fetch(`${link}/not-me`)).status, 200);
    }

    t.match(await linksOf(server, visitor.uuid), [{used: false, voided: false}]);
    t.equal((await visitor.session()).body.state, 'pending');
    t.equal((await trail()).length, before);
  });

  await t.test('is a form without a script that nobody may frame or keep', async (t) => {
    const {link} = await pending(server, 'page@example.com');
    const response = await fetch(link);
    const page = await response.text();

    t.notMatch(page, /<script|javascript:|style=|\son\w+=|page@example|Zora/i);
    t.match(page, /<form method="post">/);
    t.equal(page.match(/<button/g)?.length, 1);
    const policy = response.headers.get('content-security-policy') ?? '';
    t.match(policy, /default-src 'none'/);
    t.match(policy, /frame-ancestors 'none'/);
    t.notMatch(policy, /unsafe|script-src/);
    t.equal(response.headers.get('cache-control'), 'no-store');
    t.equal(response.headers.get('referrer-policy'), 'no-referrer');
    t.equal(response.headers.get('x-content-type-options'), 'nosniff');
  });

  await t.test('confirms by its button, and says so again', async (t) => {
    const {visitor, link} = await pending(server, 'button@example.com');

    const first = await press(link);
    const again = await press(link);
    const read = await fetch(link);

    t.same([first.status, again.status, read.status], [200, 200, 200]);
    t.match(await first.text(), /Thank you/);
    t.match(await again.text(), /already confirmed/);
    t.match(await read.text(), /already confirmed/);
    t.equal((await visitor.session()).body.state, 'complete');
    t.match(await linksOf(server, visitor.uuid), [{used: true, voided: false}]);
    t.equal((await audited(server, visitor.uuid, 'email_verified')).length, 1);
  });

  await t.test('takes a form’s post from any origin, with no body that matters', async (t) => {
    const {visitor, link} = await pending(server, 'form@example.com');

    const response = await fetch(link, {
      method: 'POST',
      headers: {'content-type': 'application/x-www-form-urlencoded', origin: 'null'},
      body: '',
    });

    t.equal(response.status, 200);
    t.equal((await visitor.session()).body.state, 'complete');
  });

  await t.test('pressed twice in one instant confirms once and tells the owner once', async (t) => {
    const {visitor, link} = await pending(server, 'parallel@example.com');
    const mailsBefore = await mailsTo(server, OWNER);

    const answers = await Promise.all([press(link), press(link), press(link), press(link)]);

    t.same(
      answers.map(({status}) => status),
      [200, 200, 200, 200],
    );
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    t.equal(texts.filter((text) => text.includes('Thank you')).length, 1);
    t.equal((await audited(server, visitor.uuid, 'email_verified')).length, 1);
    t.equal(await mailsTo(server, OWNER), mailsBefore + 1);
  });

  await t.test('is unknown under another signature, and confirms nothing', async (t) => {
    const {visitor, link} = await pending(server, 'forged@example.com');
    const other = await pending(server, 'other@example.com');
    const [id, mac = ''] = (link.split('/').at(-1) ?? '').split('.');
    const otherMac = other.link.split('.').at(-1) ?? '';
    for (const path of [
      `${id}.${otherMac}`,
      `${id}.${mac.slice(0, -1)}`,
      `${id}.${mac}A`,
      `${id}.`,
      `${id}`,
      `.${mac}`,
      'nonsense',
      '%00',
    ]) {
      for (const method of ['GET', 'POST']) {
        const response = await fetch(`${server.url}/verify/${path}`, {method});
        t.equal(response.status, 404, `${method} ${path.slice(0, 8)}`);
        t.match(await response.text(), /not known/);
      }
    }
    t.equal((await visitor.session()).body.state, 'pending');
  });

  const dead: [string, (server: TestServer, visitor: Visitor) => Promise<unknown>][] = [
    [
      'expired',
      ({sql}, {uuid}) => sql`
        update email_verifications set expires_at = now() - interval '1 second'
        where session_uuid = ${uuid}`,
    ],
    [
      'voided by a newer one',
      async ({sql}, visitor) => {
        await sql`
          update email_verifications set created_at = now() - interval '2 minutes'
          where session_uuid = ${visitor.uuid}`;
        await visitor.call('POST', '/api/session/verification');
      },
    ],
    [
      'of an archived session',
      ({sql}, {uuid}) => sql`update user_sessions set archived_at = now() where uuid = ${uuid}`,
    ],
  ];
  for (const [what, kill] of dead) {
    await t.test(`is dead when ${what}, and says what to do`, async (t) => {
      const {visitor, link} = await pending(server, `dead-${what.length}@example.com`);
      await kill(server, visitor);
      const status = what.startsWith('of') ? 404 : 410;

      for (const method of ['GET', 'POST']) {
        const response = await fetch(link, {method});
        t.equal(response.status, status);
        t.match(await response.text(), /newest mail|erased/);
      }
      t.equal((await sessionOf(server, visitor.uuid))?.verified, false);
    });
  }

  await t.test('lives until its last second', async (t) => {
    const {visitor, link} = await pending(server, 'late@example.com');
    await server.sql`
      update email_verifications set expires_at = now() + interval '20 seconds'
      where session_uuid = ${visitor.uuid}`;

    t.match(await (await press(link)).text(), /Thank you/);
  });

  await t.test('asks before it believes that it was not me, then voids the link', async (t) => {
    const {visitor, link} = await pending(server, 'notme@example.com');

    const question = await fetch(`${link}/not-me`);
    t.match(await question.text(), /<button/);
    t.match(await linksOf(server, visitor.uuid), [{voided: false}]);
    const answer = await press(`${link}/not-me`);

    t.equal(answer.status, 200);
    t.match(await answer.text(), /Thank you for telling us/);
    t.match(await linksOf(server, visitor.uuid), [{used: false, voided: true}]);
    t.equal((await press(link)).status, 410);
    t.match(await audited(server, visitor.uuid, 'suspicious_activity'), [
      {metadata: {kind: 'not_me'}},
    ]);
    t.equal((await visitor.session()).body.state, 'pending');
  });

  await t.test('gives nobody a session', async (t) => {
    const {visitor, link} = await pending(server, 'nosession@example.com');
    const response = await press(link);
    t.equal(response.headers.get('set-cookie'), null);
    t.notMatch(await response.text(), new RegExp(visitor.uuid));
  });
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

void t.test('another link', async (t) => {
  const server = await startServer(t);
  const resend = (visitor: Visitor) => visitor.call<ErrorBody>('POST', '/api/session/verification');
  const age = (visitor: Visitor, seconds: number) => server.sql`
    update email_verifications set created_at = created_at - ${`${seconds} seconds`}::interval
    where session_uuid = ${visitor.uuid}`;

  await t.test('comes a minute after the last one, not before', async (t) => {
    const {visitor, link} = await pending(server, 'again@example.com');

    await age(visitor, 50);
    const early = await resend(visitor);
    t.same([early.status, early.body.code], [429, 'rate_limited']);
    const seconds = Number(early.headers.get('retry-after'));
    t.ok(seconds >= 1 && seconds <= 10, `Retry-After: ${seconds}`);
    await age(visitor, 11);
    t.equal((await resend(visitor)).status, 202);

    const newer = linkIn(await server.mailbox.waitFor('again@example.com', 1));
    t.not(newer, link);
    t.equal((await fetch(link)).status, 410);
    t.equal((await press(newer)).status, 200);
    t.equal((await visitor.session()).body.state, 'complete');
  });

  await t.test('is sent five times a day, not six', async (t) => {
    const {visitor} = await pending(server, 'daily@example.com');
    for (let i = 0; i < 5; i++) {
      await forgetMailCounts(server);
      await age(visitor, 61);
      t.equal((await resend(visitor)).status, 202);
    }
    await forgetMailCounts(server);
    await age(visitor, 61);

    const sixth = await resend(visitor);

    t.equal(sixth.status, 429);
    t.ok(Number(sixth.headers.get('retry-after')) > 80_000);
    t.equal(await mailsTo(server, 'daily@example.com'), 6);
    await age(visitor, 86_400);
    t.equal((await resend(visitor)).status, 202, 'and a day later again');
  });

  await t.test('needs an address, and is nothing to a complete session', async (t) => {
    const nobody = await Visitor.consenting(server.url);
    t.equal((await resend(nobody)).status, 404);

    const {visitor, link} = await pending(server, 'done@example.com');
    await press(link);
    t.equal((await resend(visitor)).status, 202);
    t.equal(await mailsTo(server, 'done@example.com'), 1);
  });
});

void t.test('limits on mail', async (t) => {
  const settings = {TRUST_PROXY: '127.0.0.1'};
  const contactFrom = async (server: TestServer, email: string, ip: string) => {
    const visitor = await Visitor.consenting(server.url);
    const {status} = await visitor.call('PUT', '/api/session/contact', {
      json: {name: NAME, email},
      headers: {'x-forwarded-for': ip},
    });
    return {visitor, status};
  };
  const stops = async (t: Test, server: TestServer, visitor: Visitor, by: string) => {
    t.match(await audited(server, visitor.uuid, 'verification_sent'), [
      {metadata: {mailed: false, stopped_by: by}},
    ]);
  };

  await t.test(
    'three an hour to one address over all sessions; the fourth is silent',
    async (t) => {
      const server = await startServer(t, {settings});
      for (const [i, email] of [
        'Full@example.com',
        'full@example.com',
        'FULL@EXAMPLE.COM',
      ].entries()) {
        t.equal((await contactFrom(server, email, `203.0.113.${i}`)).status, 202);
      }

      const fourth = await contactFrom(server, 'full@example.com', '203.0.113.9');

      t.equal(fourth.status, 202);
      await stops(t, server, fourth.visitor, 'address');
      t.equal(await mailsTo(server, 'full@example.com'), 1);
      const alerts = () => mailsTo(server, 'operator@example.com');
      await until(async () => (await alerts()) === 1);
      t.equal(server.mailbox.mails.length, 4, 'and the operator was told');
      await server.sql`update mail_counts set counted_at = now() - interval '61 minutes'`;
      t.equal((await contactFrom(server, 'full@example.com', '203.0.113.9')).status, 202);
      t.equal(await mailsTo(server, 'full@example.com'), 2, 'an hour later again');
    },
  );

  await t.test('six a day to one address', async (t) => {
    const server = await startServer(t, {settings});
    for (let i = 0; i < 7; i++) {
      await contactFrom(server, 'day@example.com', `203.0.113.${i}`);
      await server.sql`
        update mail_counts set counted_at = counted_at - interval '61 minutes'`;
    }
    t.equal(await mailsTo(server, 'day@example.com'), 6);
  });

  await t.test('ten an hour by one client, whoever they go to', async (t) => {
    const server = await startServer(t, {settings});
    for (let i = 0; i < 10; i++) {
      await contactFrom(server, `client-${i}@example.com`, '203.0.113.1');
    }

    const eleventh = await contactFrom(server, 'client-10@example.com', '203.0.113.1');
    const other = await contactFrom(server, 'client-11@example.com', '203.0.113.2');

    t.same([eleventh.status, other.status], [202, 202]);
    await stops(t, server, eleventh.visitor, 'client');
    t.equal(await mailsTo(server, 'client-9@example.com'), 1);
    t.equal(await mailsTo(server, 'client-10@example.com'), 0);
    t.equal(await mailsTo(server, 'client-11@example.com'), 1);
  });

  await t.test('a link that was not mailed takes nothing from the one that was', async (t) => {
    const server = await startServer(t);
    const {visitor, link} = await pending(server, 'keeps@example.com');
    await server.sql`
      insert into mail_counts (key) select key from mail_counts, generate_series(1, 3)`;
    await server.sql`update email_verifications set created_at = now() - interval '2 minutes'`;

    t.equal((await visitor.call('POST', '/api/session/verification')).status, 202);

    t.equal(await mailsTo(server, 'keeps@example.com'), 1);
    t.equal((await visitor.call('POST', '/api/session/verification')).status, 429, 'but counts');
    t.match(await (await press(link)).text(), /Thank you/);
    t.equal((await visitor.session()).body.state, 'complete');
  });

  await t.test('the counters keep nobody’s address', async (t) => {
    const server = await startServer(t);
    await pending(server, 'counted@example.com');
    const rows = await server.sql<{row: string}[]>`select m::text as row from mail_counts m`;
    t.ok(rows.length > 0);
    t.notMatch(rows.map(({row}) => row).join(), /counted|127\.0/);
  });
});

void t.test('PATCH /api/session', async (t) => {
  const server = await startServer(t);
  const patch = (visitor: Visitor, json: object) =>
    visitor.call<Record<string, unknown>>('PATCH', '/api/session', {json});

  await t.test('a new address takes effect when it is confirmed, not before', async (t) => {
    const {visitor, link} = await pending(server, 'old@example.com');
    await press(link);

    const {status, body} = await patch(visitor, {email: 'new@example.com'});

    t.equal(status, 200);
    t.match(body, {
      state: 'complete',
      email_masked: 'o•••@example.com',
      pending_email_masked: 'n•••@example.com',
    });
    t.match(await sessionOf(server, visitor.uuid), {email: 'old@example.com', verified: true});
    await press(linkIn(await server.mailbox.waitFor('new@example.com')));
    t.match(await sessionOf(server, visitor.uuid), {email: 'new@example.com', verified: true});
    t.match((await visitor.session()).body, {
      state: 'complete',
      email_masked: 'n•••@example.com',
      pending_email_masked: null,
    });
    t.equal(await mailsTo(server, OWNER), 1, 'one lead, however often an address changes');
    t.equal((await audited(server, visitor.uuid, 'data_rectified')).length, 1);
  });

  await t.test('corrects a typo before the confirmation', async (t) => {
    const {visitor, link} = await pending(server, 'typo@exmaple.com');

    await patch(visitor, {email: 'typo@example.com'});

    const newer = linkIn(await server.mailbox.waitFor('typo@example.com'));
    t.equal((await press(link)).status, 410);
    t.match((await visitor.session()).body, {state: 'pending', email_masked: 't•••@exmaple.com'});
    t.equal((await press(newer)).status, 200);
    t.match((await visitor.session()).body, {state: 'complete', email_masked: 't•••@example.com'});
  });

  await t.test('going back to the confirmed address takes the change back for good', async (t) => {
    const {visitor, link} = await pending(server, 'stay@example.com');
    await press(link);
    await patch(visitor, {email: 'leave@example.com'});
    const change = linkIn(await server.mailbox.waitFor('leave@example.com'));

    const {body} = await patch(visitor, {email: 'stay@example.com'});

    t.match(body, {email_masked: 's•••@example.com', pending_email_masked: null});
    t.equal((await press(change)).status, 410);
    t.match(await sessionOf(server, visitor.uuid), {email: 'stay@example.com'});
    await patch(visitor, {email: 'leave@example.com'});
    t.ok(await server.mailbox.waitFor('leave@example.com', 1), 'and it can be asked for anew');
  });

  await t.test('changes the name, and nothing else', async (t) => {
    const {visitor} = await pending(server, 'rename@example.com');

    t.equal((await patch(visitor, {name: ' Zora  Neu '})).status, 200);

    t.match(await sessionOf(server, visitor.uuid), {name: 'Zora Neu', email: 'rename@example.com'});
    t.equal((await linksOf(server, visitor.uuid)).length, 1);
    t.match(await audited(server, visitor.uuid, 'data_rectified'), [
      {metadata: {fields: ['name']}},
    ]);
  });

  await t.test('refuses what contact would refuse, and changes nothing', async (t) => {
    const {visitor} = await pending(server, 'firm@example.com');
    const before = await sessionOf(server, visitor.uuid);

    t.equal((await patch(visitor, {email: 'a@b'})).status, 422);
    t.equal((await patch(visitor, {name: ' ', email: 'x@example.com'})).status, 422);
    t.equal((await patch(visitor, {})).status, 400);
    t.equal((await patch(visitor, {verified: true})).status, 400);
    t.equal((await patch(await Visitor.consenting(server.url), {name: 'X'})).status, 404);

    t.same(await sessionOf(server, visitor.uuid), before);
    t.equal(await mailsTo(server, 'x@example.com'), 0);
  });

  await t.test('takes the training consent back on the session’s row', async (t) => {
    const {visitor} = await pending(server, 'train@example.com');
    const decide = (granted: boolean) =>
      patch(visitor, {
        consents: [{purpose: 'ai_training', granted, wording: 'May we?', locale: 'en'}],
      });
    const training = async () => {
      const [row] = await server.sql<{on: boolean}[]>`
        select consent_ai_training as on from user_sessions where uuid = ${visitor.uuid}`;
      return row?.on;
    };

    await decide(true);
    t.equal(await training(), true);
    await decide(false);
    t.equal(await training(), false);
  });
});

void t.test('mail that cannot go out now', async (t) => {
  await t.test('arrives once when the SMTP server is back, under the same link', async (t) => {
    const port = await freePort();
    const server = await startServer(t, {parts: {smtpUrl: `smtp://127.0.0.1:${port}`}});
    const visitor = await Visitor.consenting(server.url);

    t.equal((await visitor.contact('outage@example.com')).status, 202);
    const tried = async () => {
      const [row] = await server.sql<{attempts: number; last_error: string | null}[]>`
        select attempts, last_error from jobs`;
      return row;
    };
    await until(async () => Boolean((await tried())?.last_error));
    t.notMatch((await tried())?.last_error, /outage|@/);

    const mailbox = await startMailbox(t, port);
    await server.sql`update jobs set run_at = now()`;
    server.sender.wake();
    const mail = await mailbox.waitFor('outage@example.com');

    await until(async () => (await server.sql`select from jobs`).length === 0);
    t.equal(mailbox.mails.length, 1);
    t.match(await (await press(linkIn(mail))).text(), /Thank you/);
  });

  await t.test('keeps its link and its Message-ID in every try', async (t) => {
    const server = await startServer(t);
    await server.sender.stop();
    const visitor = await Visitor.consenting(server.url);
    await visitor.contact('repeat@example.com');
    const [job] = await server.sql`select * from jobs`;
    const other = await startServer(t, {beside: server});

    other.sender.wake();
    const first = await server.mailbox.waitFor('repeat@example.com');
    await until(async () => (await server.sql`select from jobs`).length === 0);
    await server.sql`insert into jobs ${server.sql({...job, payload: server.sql.json(job?.['payload'] as never)})}`;
    other.sender.wake();
    const second = await server.mailbox.waitFor('repeat@example.com', 1);

    t.equal(linkIn(second), linkIn(first));
    t.equal(second.messageId, first.messageId);
  });

  await t.test('two senders at one queue send each mail once', async (t) => {
    const server = await startServer(t);
    const twin = await startServer(t, {beside: server});
    await server.sender.stop();
    const addresses = Array.from({length: 8}, (_, i) => `shared-${i}@example.com`);
    for (const address of addresses) {
      await (await Visitor.consenting(server.url)).contact(address);
    }
    const third = await startServer(t, {beside: server});

    twin.sender.wake();
    third.sender.wake();

    for (const address of addresses) await server.mailbox.waitFor(address);
    await until(async () => (await server.sql`select from jobs`).length === 0);
    t.equal(server.mailbox.mails.length, 8);
  });

  await t.test('is given up after a day, and the operator hears of it', async (t) => {
    const port = await freePort();
    const server = await startServer(t, {parts: {smtpUrl: `smtp://127.0.0.1:${port}`}});
    const visitor = await Visitor.consenting(server.url);
    await server.sender.stop();
    await visitor.contact('never@example.com');
    await server.sql`update jobs set created_at = now() - interval '25 hours'`;
    const other = await startServer(t, {
      beside: server,
      parts: {smtpUrl: `smtp://127.0.0.1:${port}`},
    });

    other.sender.wake();

    await until(async () => (await server.sql`select from alerts`).length === 1);
    t.match(await server.sql`select state from jobs where payload->>'template' = 'confirmation'`, [
      {state: 'dead'},
    ]);
  });

  await t.test('of an erased session is never sent', async (t) => {
    const server = await startServer(t);
    const visitor = await Visitor.consenting(server.url);
    await server.sender.stop();
    await visitor.contact('erased@example.com');

    await visitor.call('DELETE', '/api/session');

    t.equal((await server.sql`select from jobs`).length, 0);
  });
});

void t.test('a rotated secret', async (t) => {
  const [old, fresh] = ['o'.repeat(40), 'f'.repeat(40)];
  const server = await startServer(t, {settings: {SECRET_KEY: old}});
  const {visitor, link} = await pending(server, 'rotated@example.com');
  const rotated = await startServer(t, {
    beside: server,
    settings: {SECRET_KEY: `${fresh},${old}`},
  });
  const dropped = await startServer(t, {beside: server, settings: {SECRET_KEY: fresh}});
  const path = new URL(link).pathname;

  await t.test('still verifies tokens and links of the old one', async (t) => {
    t.equal((await visitor.at(rotated.url).session()).status, 200);
    t.equal((await press(`${rotated.url}${path}`)).status, 200);
    t.equal((await visitor.session()).body.state, 'complete');
  });

  await t.test('signs new ones with the first', async (t) => {
    const young = await Visitor.consenting(rotated.url);
    t.equal((await young.at(dropped.url).session()).status, 200);
    t.equal((await young.at(server.url).session()).status, 401);
  });

  await t.test('once dropped, verifies nothing', async (t) => {
    t.equal((await visitor.at(dropped.url).session()).status, 401);
    t.equal((await fetch(`${dropped.url}${path}`)).status, 404);
  });
});
