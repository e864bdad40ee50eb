import {FileInfected} from '../errors.js';
import {VirusScan} from '../files/virus-scan.js';
import {fail, ok, toReason, warn} from './finding.js';
import type {DoctorDeps, Finding} from './finding.js';

const CHUNK_BYTES = 64 * 1024;

/** Scans a file of the upload limit: clamd has a separate limit, and larger files fail. */
export async function* checkScanner({config}: DoctorDeps): AsyncGenerator<Finding> {
  const {scanner, limits} = config;
  if (!scanner) {
    yield ok('virus scan', 'not set: files are not scanned', 'Set CLAMAV_HOST to use clamd.');
    return;
  }
  const where = `clamd at ${scanner.host}:${scanner.port}`;
  const report = scanner.required ? fail : warn;
  const consequence = scanner.required
    ? 'Until then, every upload is refused with 503.'
    : 'Until then, files are accepted unscanned.';
  let scan: VirusScan | undefined;
  try {
    // Required, so that a missing response throws.
    scan = await VirusScan.begin({...scanner, required: true});
    for (let sent = 0; sent < limits.maxFileBytes; sent += CHUNK_BYTES) {
      await scan.add(Buffer.alloc(Math.min(CHUNK_BYTES, limits.maxFileBytes - sent)));
    }
    await scan.getVerdict();
    yield ok('virus scan', `${where} accepts ${limits.maxFileBytes} bytes`);
  } catch (error) {
    if (error instanceof FileInfected) {
      const advice = 'It reports a virus in a file of zeros. Check its signatures.';
      yield warn('virus scan', `${where} responds`, advice);
      return;
    }
    const advice = `Check CLAMAV_HOST, and that StreamMaxLength exceeds MAX_FILE_SIZE_MB. ${consequence}`;
    yield report('virus scan', `${where}: ${toReason(error)}`, advice);
  } finally {
    scan?.stop();
  }
}
