import type {S3ClientConfig} from '@aws-sdk/client-s3';

const {env} = process;

export const BUCKET = env['S3_BUCKET'] ?? '';
export const PORT = Number(env['PORT']);

/** As the product's client is set: with the checksums of the SDK's defaults a rival would only be slower. */
export const CLIENT: S3ClientConfig = {
  region: 'us-east-1',
  endpoint: env['S3_ENDPOINT'] ?? '',
  forcePathStyle: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
  credentials: {
    accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
  },
};
