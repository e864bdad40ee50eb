import {createHmac, randomBytes} from 'node:crypto';

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;
/** What Standard Webhooks asks for. */
const FEWEST_BYTES = 24;
const MAX_SECRET_BYTES = 64;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export const newSecret = (): string => writtenSecret(randomBytes(SECRET_BYTES));

export const writtenSecret = (bytes: Buffer): string => `${PREFIX}${bytes.toString('base64')}`;

/** The key in a secret as it is written; undefined when it is none. */
export const readSecret = (secret: string): Buffer | undefined => {
  const written = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const bytes = BASE64.test(written) ? Buffer.from(written, 'base64') : Buffer.alloc(0);
  return bytes.length >= FEWEST_BYTES && bytes.length <= MAX_SECRET_BYTES ? bytes : undefined;
};

/** What is wrong with a secret, and how to get one. */
export const SECRET_FORM =
  'must be whsec_ and 24 to 64 bytes in base64: echo "whsec_$(openssl rand -base64 32)"';

/** The headers of Standard Webhooks. The id stays the same through all tries; the time is that of this one. */
export const signedHeaders = (
  key: Buffer,
  {id, body, now = Date.now()}: {id: string; body: string; now?: number},
): Record<string, string> => {
  const timestamp = String(Math.floor(now / 1000));
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac}`,
  };
};
