import fc from 'fast-check';
import type {Arbitrary} from 'fast-check';

import {hostileString} from './fuzz-values.js';
import {makePdf} from './pdf.js';

export interface RawBody {
  contentType: string;
  bytes: Buffer;
}

const BOUNDARY = '----maria-fuzz-7MA4YWxkTrZu0gW';
const PDF = makePdf(900);

const mostly = (usual: string, ...odd: string[]): Arbitrary<string> =>
  fc.oneof(
    {weight: 6, arbitrary: fc.constant(usual)},
    {weight: 1, arbitrary: fc.constantFrom(...odd)},
  );

const contents: Arbitrary<Buffer> = fc.oneof(
  {weight: 6, arbitrary: fc.constant(PDF)},
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      Buffer.alloc(0),
      Buffer.from('%PDF-'),
      Buffer.from('no PDF'),
      Buffer.concat([Buffer.alloc(1_019, 0x20), Buffer.from('%PDF-1.7\n%%EOF')]),
      Buffer.concat([Buffer.alloc(1_020, 0x20), Buffer.from('%PDF-1.7\n%%EOF')]),
      Buffer.from('%PDF-1.7\n/JavaScript /Launch /EmbeddedFile (x)\n%%EOF'),
      Buffer.from(`%PDF-1.7\r\n--${BOUNDARY}\r\n%%EOF`),
      Buffer.from(`%PDF-1.7\r\n--${BOUNDARY}--\r\n%%EOF`),
      Buffer.from('PK\u0003\u0004'),
    ),
  },
  {weight: 1, arbitrary: fc.uint8Array({maxLength: 2_000}).map((bytes) => Buffer.from(bytes))},
);

const partNames = fc.constantFrom(
  ...['file', 'file', 'file', 'file', 'size', 'size', 'file[]', 'FILE', 'x', ''],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'file\u0000'],
);

const fileNames: Arbitrary<string> = fc.oneof(
  fc.constant('; filename="cv.pdf"'),
  hostileString.map((name) => `; filename="${name}"`),
  hostileString.map((name) => `; filename*=UTF-8''${encodeURIComponent(name.toWellFormed())}`),
  fc.constantFrom(
    ...["; filename*=utf-8''%ff%fe", "; filename*=UTF-16''%00a", "; filename*='", '; filename='],
    ...['; filename=";filename="', '; filename="a.pdf"; filename="b.pdf"', ';;;', ''],
  ),
);

const partHeaders: Arbitrary<string> = mostly(
  'Content-Type: application/pdf\r\n',
  '',
  'Content-Type: text/html\r\n',
  'Content-Type: \r\n',
  'Content-Type: multipart/mixed; boundary=x\r\n',
  'Content-Transfer-Encoding: base64\r\n',
  `X-Long: ${'x'.repeat(20_000)}\r\n`,
  'X-Many: 1\r\n'.repeat(60),
  'no header at all\r\n',
  ': \r\n',
  '__proto__: 1\r\n',
);

const sizes: Arbitrary<string> = fc.oneof(
  {weight: 4, arbitrary: fc.constant(String(PDF.length))},
  {weight: 1, arbitrary: fc.constantFrom('0', '1', '-1', '1e3', '5242880', '5242881', ' 900')},
  {weight: 1, arbitrary: hostileString},
);

const sizePart = sizes.map((size) =>
  Buffer.from(`Content-Disposition: form-data; name="size"\r\n\r\n${size}`),
);

const filePart = fc
  .tuple(fileNames, partHeaders, contents)
  .map(([name, headers, bytes]) =>
    Buffer.concat([
      Buffer.from(`Content-Disposition: form-data; name="file"${name}\r\n${headers}\r\n`),
      bytes,
    ]),
  );

const anyPart = fc
  .tuple(partNames, fileNames, partHeaders, contents)
  .map(([part, name, headers, bytes]) =>
    Buffer.concat([
      Buffer.from(`Content-Disposition: form-data; name="${part}"${name}\r\n${headers}\r\n`),
      bytes,
    ]),
  );

const nakedPart = fc.constantFrom(
  Buffer.from('\r\nno headers'),
  Buffer.from('Content-Disposition: form-data\r\n\r\nno name'),
  Buffer.from('Content-Disposition: attachment; name="file"; filename="a.pdf"\r\n\r\n%PDF-'),
  Buffer.from('Content-Disposition: form-data; name="file"; filename="a.pdf"'),
  Buffer.alloc(0),
);

const partLists: Arbitrary<Buffer[]> = fc.oneof(
  {weight: 6, arbitrary: fc.tuple(sizePart, filePart)},
  {weight: 4, arbitrary: filePart.map((part) => [part])},
  {weight: 3, arbitrary: fc.array(fc.oneof(anyPart, sizePart, nakedPart), {maxLength: 8})},
  {weight: 1, arbitrary: fc.tuple(filePart, sizePart, filePart)},
);

const joined = (parts: Buffer[], newline: string, end: string): Buffer =>
  Buffer.concat([
    ...parts.flatMap((part) => [
      Buffer.from(`--${BOUNDARY}${newline}`),
      part,
      Buffer.from(newline),
    ]),
    Buffer.from(end),
  ]);

const framed = fc
  .tuple(
    partLists,
    mostly('\r\n', '\n', '\r', ' \r\n'),
    mostly(
      `--${BOUNDARY}--\r\n`,
      ...['', `--${BOUNDARY}`, `--${BOUNDARY}-`, `--${BOUNDARY}--`, `--${BOUNDARY}--trailer`, '--'],
    ),
  )
  .map(([parts, newline, end]) => joined(parts, newline, end));

/** Bodies with bytes changed, removed or added anywhere. */
const damaged = fc
  .tuple(
    framed,
    fc.array(
      fc.record({
        at: fc.nat({max: 1_500}),
        out: fc.nat({max: 20}),
        put: fc.uint8Array({maxLength: 6}),
      }),
      {minLength: 1, maxLength: 4},
    ),
  )
  .map(([bytes, damages]) =>
    damages.reduce(
      (left, {at, out, put}) =>
        Buffer.concat([left.subarray(0, at), put, left.subarray(Math.min(at + out, left.length))]),
      bytes,
    ),
  );

const contentTypes = mostly(
  `multipart/form-data; boundary=${BOUNDARY}`,
  `multipart/form-data; boundary="${BOUNDARY}"`,
  `multipart/form-data;boundary=${BOUNDARY}; charset=utf-8`,
  `Multipart/Form-Data; BOUNDARY=${BOUNDARY}`,
  'multipart/form-data; boundary=another',
  'multipart/form-data',
  `multipart/mixed; boundary=${BOUNDARY}`,
  `multipart/form-data; boundary=${'b'.repeat(300)}`,
);

export const multipartBodies: Arbitrary<RawBody> = fc
  .tuple(contentTypes, fc.oneof({weight: 3, arbitrary: framed}, {weight: 1, arbitrary: damaged}))
  .map(([contentType, bytes]) => ({contentType, bytes}));
