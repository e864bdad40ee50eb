import {randomUUID} from 'node:crypto';
import {mkdir, rm, statfs, writeFile} from 'node:fs/promises';
import path from 'node:path';

import {fail, ok, toReason, warn} from './finding.js';
import type {DoctorDeps, Finding} from './finding.js';

export async function* checkFolders({config}: DoctorDeps): AsyncGenerator<Finding> {
  // Uploads of unknown length are stored there temporarily.
  const spoolBytes = config.uploads.total * config.limits.maxFileBytes;
  yield await checkWritable('DATA_DIR', config.dataDir, spoolBytes);
  const {archiveDir, retentionDays} = config.audit;
  yield archiveDir
    ? await checkWritable('AUDIT_ARCHIVE_DIR', archiveDir, 0)
    : ok('AUDIT_ARCHIVE_DIR', `not set: audit rows are deleted after ${retentionDays} days`);
}

const checkWritable = async (
  setting: string,
  folder: string,
  wantedBytes: number,
): Promise<Finding> => {
  const probe = path.join(folder, `.doctor-${randomUUID()}`);
  try {
    if (setting === 'DATA_DIR') await mkdir(folder, {recursive: true});
    await writeFile(probe, '', {flag: 'wx'});
    await rm(probe);
    const {bavail, bsize} = await statfs(folder);
    const free = `${folder}, ${Math.floor((bavail * bsize) / 1024 ** 2)} MiB free`;
    if (bavail * bsize >= wantedBytes) return ok(setting, free);
    const wanted = `${Math.ceil(wantedBytes / 1024 ** 2)} MiB`;
    const advice = `Provide ${wanted}: MAX_UPLOADS concurrent uploads of unknown length are stored there temporarily.`;
    return warn(setting, free, advice);
  } catch (error) {
    const advice = `Create the folder and make it writable for the server’s user, or change ${setting}.`;
    return fail(setting, toReason(error), advice);
  }
};
