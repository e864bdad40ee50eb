import {request as httpRequest} from 'node:http';

import type {Visitor} from './visitor.js';

/** Upload that sends its second half when the test calls `finish`. */
export class HalfUpload {
  private constructor(
    private readonly rest: Buffer,
    private readonly body: {write: (bytes: Buffer) => void; end: (bytes: Buffer) => void},
    private readonly answer: Promise<{status: number; code: string | undefined}>,
  ) {}

  static async begin(visitor: Visitor, bytes: Buffer): Promise<HalfUpload> {
    const form = new FormData();
    form.set('size', String(bytes.length));
    form.set('file', new Blob([bytes], {type: 'application/pdf'}), 'half.pdf');
    const framed = new Response(form);
    const type = framed.headers.get('content-type') ?? '';
    const whole = Buffer.from(await framed.arrayBuffer());
    const sending = httpRequest(`${visitor.url}/api/files/upload`, {
      method: 'POST',
      headers: {...visitor.credentials, 'content-type': type, 'content-length': whole.length},
    });
    const answer = new Promise<{status: number; code: string | undefined}>((resolve, reject) => {
      sending.once('error', reject);
      sending.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () => {
          const {code} = JSON.parse(Buffer.concat(chunks).toString()) as {code?: string};
          resolve({status: response.statusCode ?? 0, code});
        });
      });
    });
    const middle = whole.length - Math.floor(bytes.length / 2);
    sending.write(whole.subarray(0, middle));
    return new HalfUpload(whole.subarray(middle), sending, answer);
  }

  finish(): Promise<{status: number; code: string | undefined}> {
    this.body.end(this.rest);
    return this.answer;
  }
}
