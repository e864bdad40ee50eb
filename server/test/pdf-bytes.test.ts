import {createHash, randomBytes} from 'node:crypto';

import t from 'tap';

import {MariaError} from '../errors.js';
import {ActiveContentScan} from '../files/active-content.js';
import {ValidatingStream} from '../files/validating-stream.js';
import type {Checks} from '../files/validating-stream.js';
import {PdfCheck} from '../files/pdf-check.js';
import {makePdf} from './pdf.js';
import {readCorpus} from './pdf-corpus.js';

const checkOf = (bytes: Buffer, chunkBytes = bytes.length): PdfCheck => {
  const check = new PdfCheck();
  for (let i = 0; i < bytes.length; i += chunkBytes) check.add(bytes.subarray(i, i + chunkBytes));
  return check;
};

const getFlags = (text: string, cuts: number[] = []): string[] => {
  const scan = new ActiveContentScan();
  const bytes = Buffer.from(text, 'latin1');
  for (const [i, end] of [...cuts, bytes.length].entries()) {
    scan.add(bytes.subarray(cuts[i - 1] ?? 0, end));
  }
  return scan.end();
};

void t.test('a PDF is recognised by its bytes', async (t) => {
  const at = (offset: number) =>
    Buffer.concat([Buffer.alloc(offset, 'j'), Buffer.from('%PDF-1.7')]);

  for (const chunkBytes of [1, 3, 1_024, 4_096]) {
    await t.test(`in chunks of ${chunkBytes}`, (t) => {
      t.equal(checkOf(at(0), chunkBytes).isPdf, true);
      t.equal(checkOf(at(1_019), chunkBytes).isPdf, true, 'the last place');
      t.equal(checkOf(at(1_020), chunkBytes).isPdf, false, 'one byte later');
      t.equal(
        checkOf(Buffer.alloc(1_023, 'x'), chunkBytes).isPdf,
        undefined,
        'the result is still open',
      );
      t.equal(checkOf(Buffer.alloc(1_024, 'x'), chunkBytes).isPdf, false);
      t.equal(checkOf(Buffer.from('%pdf-1.7 '.repeat(200)), chunkBytes).isPdf, false);
      t.end();
    });
    await t.test(`a trailer within the last 1,024 bytes, in chunks of ${chunkBytes}`, (t) => {
      const trailer = (after: number) =>
        Buffer.concat([Buffer.alloc(5_000, 'x'), Buffer.from('%%EOF'), Buffer.alloc(after, '\n')]);
      t.equal(checkOf(trailer(0), chunkBytes).hasTrailer, true);
      t.equal(checkOf(trailer(1_019), chunkBytes).hasTrailer, true);
      t.equal(checkOf(trailer(1_020), chunkBytes).hasTrailer, false);
      t.end();
    });
  }
});

const scanned = (bytes: Buffer, chunkBytes: number): string[] => {
  const scan = new ActiveContentScan();
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    scan.add(bytes.subarray(at, at + chunkBytes));
  }
  return scan.end();
};

void t.test('unusual starts', (t) => {
  const pdf = makePdf();
  const utf16 = Buffer.from('%PDF-1.4 in two bytes for each letter', 'utf16le');
  for (const [what, bytes, isPdf] of [
    ['a byte order mark', Buffer.concat([Buffer.from('\ufeff'), pdf]), true],
    [
      'a page of HTML',
      Buffer.concat([Buffer.from('<!doctype html><p>Your file:</p>\n'), pdf]),
      true,
    ],
    [
      'the head of a mail',
      Buffer.concat([Buffer.from('Content-Type: application/pdf\r\n\r\n'), pdf]),
      true,
    ],
    [
      'the header of PostScript',
      Buffer.from(`%!PS-Adobe-3.0 PDF-1.4\n${' '.repeat(1_024)}`),
      false,
    ],
    ['UTF-16', Buffer.concat([utf16, Buffer.alloc(1_024)]), false],
    ['no header', Buffer.from(`1 0 obj <<>> endobj\n${' '.repeat(1_024)}%%EOF`), false],
  ] as const) {
    t.equal(checkOf(bytes).isPdf, isPdf, what);
    t.equal(checkOf(bytes, 1).isPdf, isPdf, `${what}, byte by byte`);
  }
  t.end();
});

void t.test('active content', async (t) => {
  const names: [string, string][] = [
    ['/JS (x)', 'javascript'],
    ['/JavaScript ', 'javascript'],
    ['/Launch<<', 'launch_action'],
    ['/EmbeddedFile/', 'embedded_file'],
    ['/EmbeddedFiles[', 'embedded_file'],
    ['/RichMedia\r', 'embedded_file'],
    ['/Encrypt 5 0 R', 'encrypted'],
  ];

  await t.test('is detected wherever the bytes are cut', (t) => {
    for (const [name, flag] of names) {
      const text = `${'x'.repeat(100)} ${name} ${'y'.repeat(100)}`;
      for (let cut = 1; cut < text.length; cut++) {
        if (getFlags(text, [cut])[0] !== flag) t.fail(`${name} cut at ${cut}`);
      }
      const single = Array.from({length: text.length - 1}, (_, i) => i + 1);
      t.same(getFlags(text, single), [flag], `${name} byte by byte`);
    }
    t.end();
  });

  await t.test('is detected when every letter is escaped, wherever it is cut', (t) => {
    for (const [name, flag] of names) {
      const word = /^\/(\w+)/.exec(name)?.[1] ?? '';
      for (const spell of [(hex: string) => hex, (hex: string) => hex.toUpperCase()]) {
        const escaped = [...Buffer.from(word)]
          .map((byte) => `#${spell(byte.toString(16))}`)
          .join('');
        const text = `<< /${escaped} 1 >>`;
        for (let cut = 1; cut < text.length; cut++) {
          if (getFlags(text, [cut])[0] !== flag) t.fail(`${text} cut at ${cut}`);
        }
        t.same(getFlags(text), [flag], text);
      }
    }
    t.same(getFlags('/J#61vaScript '), ['javascript']);
    t.end();
  });

  await t.test('is detected at the very end', (t) => {
    t.same(getFlags('<< /S /JS'), ['javascript']);
    t.end();
  });

  await t.test('is not detected in names that only resemble it', (t) => {
    for (const text of [
      '/JSX ',
      '/JavaScripted ',
      '/Launched ',
      '/Encrypted ',
      '/js ',
      'JS ',
      '/J S ',
    ]) {
      t.same(getFlags(`<< ${text} >>`), [], text);
      t.same(getFlags(`<< ${text} >>`, [5, 6, 7]), [], `${text} in pieces`);
    }
    t.end();
  });

  /** Scans the text whole, cut in two at every position, and byte by byte. */
  const flagsHoweverCut = (text: string): string[] => {
    const cuts = Array.from({length: text.length - 1}, (_, i) => i + 1);
    const found = [
      getFlags(text),
      getFlags(text, cuts),
      ...cuts.map((cut) => getFlags(text, [cut])),
    ];
    return [...new Set(found.map((flags) => flags.join()))];
  };

  await t.test('is not detected in strings, comments and streams', (t) => {
    for (const text of [
      '1 0 obj <</Title (Senior TypeScript/JavaScript Developer)>> endobj',
      '1 0 obj <</Title (a \\) /JS \\( \\\\)/Author (b (c /JS d) /JS e)>> endobj',
      '1 0 obj <</Title <2F4A53 2F4A53>>> endobj',
      '1 0 obj <</Length 40>>stream\r\n<pdf:Keywords>HTML/CSS/JS (ES6)</pdf:Keywords>\nendstream endobj',
      '1 0 obj <</Length 40>> \n stream\nBT (React/JavaScript) Tj /JS (x ET\nendstream\nendobj',
      '1 0 obj <</Length 40>>stream\n( /JS unbalanced\nendstream endobj 2 0 obj <</A (/JS )>> endobj',
      '% comment /JavaScript \n1 0 obj <<>> endobj',
      '% comment /JavaScript \r1 0 obj <<>> endobj % /JS ',
      '1 0 obj (5 0 objects, and /JS ) endobj',
    ]) {
      t.same(flagsHoweverCut(text), [''], text);
    }
    t.end();
  });

  await t.test('is detected after strings, comments and streams', (t) => {
    for (const text of [
      '1 0 obj <</S/JavaScript/JS(app.alert(1))>> endobj',
      '1 0 obj <</Title (a (b) \\) c)/JS (x)>> endobj',
      '1 0 obj <</Title <2F4A53>/JS (x)>> endobj',
      '% comment\n1 0 obj <</JS (x)>> endobj',
      '% comment\r<</JS (x)>>',
      '1 0 obj <</Length 3>>stream\nabc\nendstream\nendobj 2 0 obj <</JS (x)>>',
      '1 0 obj <</Length 3>>stream\nabcendstream<</JS (x)>>',
      '1 0 obj <</K /stream\n /JS (x)>>',
      '(stream)\n<</JS (x)>>',
      'stream\n<</JS (x)>>',
      '% >>stream\n<</JS (x)>>',
    ]) {
      t.same(flagsHoweverCut(text), ['javascript'], text);
    }
    t.end();
  });

  await t.test('is detected in an object after an unclosed part of a damaged file', (t) => {
    for (const open of ['(', '(((\\', '<</A 1>>stream\n', '% ', '<<', '<']) {
      const text = `${open}junk 12 0 obj <</JS (x)>> endobj`;
      t.same(flagsHoweverCut(text), ['javascript'], text);
    }
    t.end();
  });

  await t.test('is not detected in the random bytes of a stream', (t) => {
    const random = randomBytes(1_000_000);
    for (let at = 0; at < random.length; at += 1_000) random.write('/JS(x', at, 'latin1');
    const scan = new ActiveContentScan();
    scan.add(Buffer.from('%PDF-1.7\n1 0 obj <</Length 1000000>>stream\n'));
    for (let at = 0; at < random.length; at += 65_536) scan.add(random.subarray(at, at + 65_536));
    scan.add(Buffer.from('\nendstream endobj'));
    t.same(scan.end(), []);
    t.end();
  });

  await t.test('is the same wherever real files are cut', async (t) => {
    for (const {name, bytes} of await readCorpus()) {
      const whole = scanned(bytes, bytes.length);
      for (const size of [1, 7, 4_096]) t.same(scanned(bytes, size), whole, name);
    }
  });

  await t.test('is reported once, in order', (t) => {
    t.same(getFlags('/Launch /JS /JS /JavaScript /Encrypt '), [
      'encrypted',
      'javascript',
      'launch_action',
    ]);
    t.end();
  });
});

void t.test('validated bytes', async (t) => {
  const pass = async (chunks: Buffer[], checks: Partial<Checks> = {}) => {
    const total = chunks.reduce((sum, {length}) => sum + length, 0);
    const checked = new ValidatingStream(
      (async function* () {
        await Promise.resolve();
        yield* chunks;
      })(),
      {
        maxBytes: 10_000,
        declaredBytes: total,
        refuseActiveContent: false,
        scan: undefined,
        ...checks,
      },
    );
    const out: Buffer[] = [];
    let error: unknown;
    try {
      for await (const chunk of checked) out.push(Buffer.from(chunk));
    } catch (caught) {
      error = caught;
    }
    return {
      checked,
      out: Buffer.concat(out),
      code: error instanceof MariaError ? error.code : error,
    };
  };
  const cut = (bytes: Buffer, size: number) =>
    Array.from({length: Math.ceil(bytes.length / size)}, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );

  for (const size of [1, 100, 1_500, 9_000]) {
    await t.test(`pass whole in chunks of ${size}, with hash and size`, async (t) => {
      const bytes = makePdf(3_000);

      const {checked, out, code} = await pass(cut(bytes, size));

      t.equal(code, undefined);
      t.ok(out.equals(bytes));
      t.equal(checked.result.size, 3_000);
      t.ok(checked.result.sha256.equals(createHash('sha256').update(bytes).digest()));
      t.same(checked.result.flags, []);
      t.equal(checked.isCommitted, true);
    });
  }

  await t.test('withhold enough of a rejected file that no store can have all of it', async (t) => {
    const bytes = makePdf(3_000);
    for (const [what, checks, expected] of [
      ['short', {declaredBytes: 3_001}, 'size_mismatch'],
      ['long', {declaredBytes: 2_999}, 'size_mismatch'],
      ['too large', {maxBytes: 2_999, declaredBytes: undefined}, 'file_too_large'],
    ] as const) {
      const {checked, out, code} = await pass(cut(bytes, 1_000), checks);
      t.equal(code, expected, what);
      t.ok(out.length < 3_000, `${out.length} bytes left`);
      t.equal(checked.isCommitted, false);
      t.throws(() => checked.result);
    }
  });

  await t.test('pass nothing of a file that is not a PDF', async (t) => {
    const {out, code, checked} = await pass(cut(Buffer.alloc(3_000, 'x'), 100));
    t.same([out.length, code, checked.isCommitted], [0, 'not_a_pdf', false]);
  });

  await t.test('are rejected with active content if the site requires it', async (t) => {
    const withName = (name: string) => [Buffer.from(`%PDF-1.7\n<< ${name} >>\n%%EOF`)];
    const refuse = {refuseActiveContent: true};
    t.equal((await pass(withName('/JS (x)'), refuse)).code, 'active_content');
    t.equal((await pass(withName('/Encrypt 1 0 R'), refuse)).code, undefined);
    t.same((await pass(withName('/JS (x)'))).checked.result.flags, ['javascript']);
  });

  await t.test('are empty when nothing was sent', async (t) => {
    t.equal((await pass([], {declaredBytes: undefined})).code, 'empty_file');
    t.equal((await pass([Buffer.alloc(0)], {declaredBytes: undefined})).code, 'empty_file');
  });
});
