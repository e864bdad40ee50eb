import {domainToUnicode} from 'node:url';

import t from 'tap';

import {resetMailLimits, getSessionRow} from './contact-helpers.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

void t.test('names and e-mail addresses', async (t) => {
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
    ['a second @ of full width', 'anna@bob＠example.com'],
    ['a slash of full width behind the domain', 'anna@example.com／x'],
    ['a reversed part', 'anna@\u202eexample.com'],
    ['a letter of another script before the @', 'аnna@example.com'],
    ['only invisible characters before the @', '\u200b\u2060@example.com'],
    ['a joiner before a blank inside', 'an\u200d na@example.com'],
    ['65 characters before the @', long(65, 200)],
    ['255 characters in all', long(64, 255)],
    ['a label of 64', `anna@${'x'.repeat(64)}.com`],
  ];
  for (const [what, email] of badAddresses) {
    await t.test(`an e-mail address with ${what} is refused`, async (t) => {
      const {status, body} = await visitor.contact(email);

      t.same([status, body['code']], [422, 'invalid_email']);
    });
  }

  const badNames: [string, string][] = [
    ['nothing', ''],
    ['blanks', ' \t\n '],
    ['only signs', '<<<>>> !'],
    ['only invisible signs', '\u202e\u200f\ufeff'],
    ['a Hangul filler', '\u3164'],
    ['other letters that show nothing', '\u115f\u1160 \uffa0'],
    ['101 characters', 'n'.repeat(101)],
  ];
  for (const [what, name] of badNames) {
    await t.test(`a name of ${what} is refused`, async (t) => {
      const {status, body} = await visitor.contact('anna@example.com', name);

      t.same([status, body['code']], [422, 'invalid_name']);
    });
  }

  await t.test('none of these left a row', async (t) => {
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
    ['with a zero-width space in front', '\u200banna@example.com', 'anna@example.com'],
    ['in a bidi embedding', '\u202aanna@example.com\u202c', 'anna@example.com'],
    ['in a bidi isolate', '\u2067anna@example.com\u2069', 'anna@example.com'],
    ['with a word joiner in front', '\u2060anna@example.com', 'anna@example.com'],
    ['with a zero-width space before the @', 'anna\u200b@example.com', 'anna@example.com'],
    [
      'with invisible characters and blanks',
      '\u200e \ufeffanna@example.com \u200f',
      'anna@example.com',
    ],
    ['with a soft hyphen in both parts', 'an\u00adna@exam\u00adple.com', 'anna@example.com'],
    ['with a joiner that joins nothing', 'an\u200dna@exam\u200dple.com\u200c', 'anna@example.com'],
    ['with a variation selector', 'anna@example.com\ufe0f', 'anna@example.com'],
    ['with an @ of full width', 'anna＠example.com', 'anna@example.com'],
    ['with a small @', 'anna﹫example.com', 'anna@example.com'],
    ['of full width', 'ａｎｎａ．ｂ＠ｅｘａｍｐｌｅ．ＣＯＭ', 'anna.b@example.com'],
    ['with ideographic full stops', 'anna。b＠example。com', 'anna.b@example.com'],
    ['with a half-width full stop', 'anna｡b@example｡com', 'anna.b@example.com'],
    ['with a ligature from a PDF', 'ﬁona@example.com', 'fiona@example.com'],
    [
      'with a joiner that its domain needs',
      'anna@نامه\u200cای.example',
      'anna@xn--mgba3gch31f060k.example',
    ],
    ['with 64 characters before the @', long(64, 200), long(64, 200)],
    ['of 254 characters', long(64, 254), long(64, 254)],
  ];
  for (const [what, email, stored] of good) {
    await t.test(`an e-mail address ${what} is accepted`, async (t) => {
      await resetMailLimits(server);
      const own = await Visitor.consenting(server.url);

      t.equal((await own.contact(email)).status, 202);

      t.equal((await getSessionRow(server, own.uuid))?.email, stored);
      // The SMTP server of the tests shows domains in Unicode and accepts at most 253 characters.
      if (stored.length === 254) return;
      await server.mailbox.waitFor(stored.replace(/[^@]+$/, domainToUnicode));
    });
  }

  await t.test('a name is normalised and kept', async (t) => {
    for (const [given, stored] of [
      ['n'.repeat(100), 'n'.repeat(100)],
      ['  Zoë\u202e  de\r\nBcc: x  Vries ', 'Zoë de Bcc: x Vries'],
      ['李小龙', '李小龙'],
      ['🙂'.repeat(99) + 'a', '🙂'.repeat(99) + 'a'],
      ['O’Neil & Sons <b>', 'O’Neil & Sons <b>'],
    ] as const) {
      await resetMailLimits(server);
      const own = await Visitor.consenting(server.url);
      t.equal((await own.contact('name@example.com', given)).status, 202);
      t.equal((await getSessionRow(server, own.uuid))?.name, stored);
    }
  });

  await t.test('every e-mail had one receiver', async (t) => {
    t.ok(server.mailbox.receivers.every((receivers) => receivers.length === 1));
    t.notOk(server.mailbox.receivers.flat().some((receiver) => /bob|evil/.test(receiver)));
  });
});
