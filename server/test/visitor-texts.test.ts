import t from 'tap';

import {cleanFileName} from '../text/file-name.js';
import {escapeHtml} from '../http/html.js';
import {maskEmail, parseEmail} from '../text/email.js';
import {cleanName} from '../text/person-name.js';

void t.test('a file’s name', async (t) => {
  const shown: [string, string | undefined, string][] = [
    [
      'is kept in any script',
      'Ärztliches Gutachten 📄 تقرير.pdf',
      'Ärztliches Gutachten 📄 تقرير.pdf',
    ],
    ['loses a path of slashes', '../../etc/passwd.pdf', 'passwd.pdf'],
    ['loses a path of backslashes', 'C:\\Users\\anna\\cv.pdf', 'cv.pdf'],
    ['loses control characters', 'a\r\nb\0c\u0085.pdf', 'abc.pdf'],
    ['loses bidi overrides', 'invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['loses isolates and marks', '\u2066a\u2069\u200e\u200f\u061cb.pdf', 'ab.pdf'],
    ['loses a byte order mark', '\ufeffa.pdf', 'a.pdf'],
    ['keeps the joiner of an emoji family', '👨‍👩‍👧‍👦.pdf', '👨‍👩‍👧‍👦.pdf'],
    ['is composed', 'e\u0301.pdf', '\u00e9.pdf'],
    ['mends half a surrogate pair', 'a\ud800.pdf', 'a\ufffd.pdf'],
    ['is trimmed', '  a.pdf  ', 'a.pdf'],
    ['keeps quotes and signs', 'a"b;c=d%e.pdf', 'a"b;c=d%e.pdf'],
    ['is replaced when missing', undefined, 'document.pdf'],
    ['is replaced when empty', '', 'document.pdf'],
    ['is replaced when only dots', '..', 'document.pdf'],
    ['is replaced when only a path', 'folder/', 'document.pdf'],
    ['is replaced when invisible', '\u202e\u200f', 'document.pdf'],
  ];
  for (const [what, given, expected] of shown) {
    await t.test(what, (t) => {
      t.equal(cleanFileName(given), expected);
      t.end();
    });
  }

  await t.test('of 255 bytes is kept, and one of 256 bytes is cut before its extension', (t) => {
    const name = (bytes: number) => `${'n'.repeat(bytes - 4)}.pdf`;
    t.equal(cleanFileName(name(255)), name(255));
    t.equal(cleanFileName(name(256)), name(255));
    t.equal(cleanFileName(name(5_000)), name(255));
    t.end();
  });

  await t.test('is never cut inside a visible character', (t) => {
    const family = '👨‍👩‍👧‍👦';
    t.equal(Buffer.byteLength(family), 25);
    const cut = cleanFileName(`${family.repeat(20)}.pdf`);
    t.equal(cut, `${family.repeat(10)}.pdf`);
    t.equal(cleanFileName(`${'ä'.repeat(126)}.pdf`), `${'ä'.repeat(125)}.pdf`);
    const zalgo = `a${'\u0301\u0316'.repeat(200)}`;
    t.equal(cleanFileName(`${zalgo}.pdf`), 'document.pdf', 'one character longer than the limit');
    t.end();
  });

  await t.test('of any length and content stays within 255 bytes', (t) => {
    const signs = ['a', 'ä', '漢', '🙂', '.', '/', '\u202e', '\ud83d', ' '];
    let seed = 7;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let i = 0; i < 500; i++) {
      const given = Array.from(
        {length: Math.floor(random() * 400)},
        () => signs[Math.floor(random() * signs.length)] ?? '',
      ).join('');
      const name = cleanFileName(given);
      if (
        !name ||
        Buffer.byteLength(name) > 255 ||
        /[/\\\u202e]/.test(name) ||
        !name.isWellFormed()
      ) {
        t.fail(JSON.stringify(given));
      }
    }
    t.pass('500 names');
    t.end();
  });
});

void t.test('a visitor’s name', (t) => {
  t.equal(cleanName(' Anna \t B. '), 'Anna B.');
  t.equal(cleanName('e\u0301'), '\u00e9');
  t.equal(cleanName('Anna\u202e\u2066B'), 'Anna B');
  t.equal(cleanName('Anna\r\nBcc: x'), 'Anna Bcc: x');
  t.equal(cleanName('Anna \ud83d B'), 'Anna B', 'without half of a character');
  t.equal(cleanName('X'), 'X');
  t.equal(cleanName('3'), '3');
  t.equal(cleanName('🙂'.repeat(99) + 'a'), '🙂'.repeat(99) + 'a', 'counted by character');
  t.equal(cleanName('n'.repeat(100))?.length, 100);
  t.equal(cleanName('n'.repeat(101)), undefined);
  for (const none of ['', '   ', '-', '🙂', '\u200f', '\0']) t.equal(cleanName(none), undefined);
  t.end();
});

void t.test('an e-mail address is one plain address, or rejected', (t) => {
  t.equal(parseEmail(' Anna.B+x@EXAMPLE.com '), 'Anna.B+x@example.com');
  t.equal(parseEmail('anna@bücher.example'), 'anna@xn--bcher-kva.example');
  t.equal(parseEmail('anna@Bücher。example'), 'anna@xn--bcher-kva.example');
  for (const sign of ' \t\r\n\0!"#$%&\'()*+,/:;<=>?@[\\]^_`{|}~') {
    t.equal(
      parseEmail(`anna@exam${sign}ple.com`),
      undefined,
      `${JSON.stringify(sign)} in the domain`,
    );
  }
  for (const sign of ' \t\r\n\0"(),:;<>@[\\]ä') {
    t.equal(
      parseEmail(`an${sign}na@example.com`),
      undefined,
      `${JSON.stringify(sign)} before the @`,
    );
  }
  t.end();
});

void t.test('a masked e-mail address shows its first letter and its domain', (t) => {
  t.equal(maskEmail('anna@example.com'), 'a•••@example.com');
  t.equal(maskEmail('a@example.com'), 'a•••@example.com');
  t.end();
});

void t.test('text is escaped in HTML', (t) => {
  t.equal(escapeHtml(`<b a="1" c='2'>&`), '&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;');
  t.end();
});
