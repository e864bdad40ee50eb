import type {S3ClientConfig} from '@aws-sdk/client-s3';

const {env} = process;

export const BUCKET = env['S3_BUCKET'] ?? '';
export const PORT = Number(env['PORT']);

/** Settings of the product's client, or the SDK's defaults, which add checksums. */
const CHECKSUMS = env['DEFAULT_CHECKSUMS'] === 'true' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';

export const CLIENT: S3ClientConfig = {
  region: 'us-east-1',
  endpoint: env['S3_ENDPOINT'] ?? '',
  forcePathStyle: true,
  requestChecksumCalculation: CHECKSUMS,
  responseChecksumValidation: CHECKSUMS,
  credentials: {
    accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
  },
};
