import {randomBytes} from 'node:crypto';

/** Returns a PDF that viewers open, of exactly `size` bytes, with random filler. */
export const makePdf = (size = 1_000): Buffer => {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>',
  ];
  let body = '%PDF-1.7\n';
  const offsets = objects.map((object, i) => {
    const offset = body.length;
    body += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const tail = (filler: number) => {
    const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`);
    return `xref\n0 4\n0000000000 65535 f \n${table.join('')}trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n${String(body.length + filler).padStart(8, '0')}\n%%EOF\n`;
  };
  const filler = size - body.length - tail(0).length;
  if (filler < 2) throw new Error(`A PDF needs ${size - filler + 2} bytes, not ${size}.`);
  // The filler is a comment in hexadecimal, so that none of its bytes looks like PDF syntax.
  const comment = `%${randomBytes(filler)
    .toString('hex')
    .slice(0, filler - 2)}\n`;
  return Buffer.from(body + comment + tail(filler), 'latin1');
};
