import {createHmac, randomBytes} from 'node:crypto';

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;
/** Minimum of Standard Webhooks. */
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export const createSecret = (): string => formatSecret(randomBytes(SECRET_BYTES));

export const formatSecret = (bytes: Buffer): string => `${PREFIX}${bytes.toString('base64')}`;

/** Returns the key in the text of a secret. Returns undefined if the text has another form. */
export const parseSecret = (secret: string): Buffer | undefined => {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const bytes = BASE64.test(encoded) ? Buffer.from(encoded, 'base64') : Buffer.alloc(0);
  return bytes.length >= MIN_SECRET_BYTES && bytes.length <= MAX_SECRET_BYTES ? bytes : undefined;
};

/** Error text for an invalid secret, with a command that creates one. */
export const SECRET_FORM =
  'must be whsec_ and 24 to 64 bytes in base64. Create one with: echo "whsec_$(openssl rand -base64 32)"';

/** Returns the headers of Standard Webhooks. All attempts share one id; each has its own time. */
export const createSignedHeaders = (
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
