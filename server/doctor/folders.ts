import {randomUUID} from 'node:crypto';
import {mkdir, rm, statfs, writeFile} from 'node:fs/promises';
import path from 'node:path';

import {fail, ok, toReason, warn} from './finding.js';
import type {DoctorDeps, Finding} from './finding.js';

export async function* checkFolders({config}: DoctorDeps): AsyncGenerator<Finding> {
  // Uploads of unknown length wait there.
  const spoolBytes = config.uploads.total * config.limits.maxFileBytes;
  yield await writable('DATA_DIR', config.dataDir, spoolBytes);
  const {archiveDir, retentionDays} = config.audit;
  yield archiveDir
    ? await writable('AUDIT_ARCHIVE_DIR', archiveDir, 0)
    : ok('AUDIT_ARCHIVE_DIR', `not set: audit rows go for good after ${retentionDays} days`);
}

const writable = async (setting: string, folder: string, wantedBytes: number): Promise<Finding> => {
  const probe = path.join(folder, `.doctor-${randomUUID()}`);
  try {
    if (setting === 'DATA_DIR') await mkdir(folder, {recursive: true});
    await writeFile(probe, '', {flag: 'wx'});
    await rm(probe);
    const {bavail, bsize} = await statfs(folder);
    const free = `${folder}, ${Math.floor((bavail * bsize) / 1024 ** 2)} MiB free`;
    if (bavail * bsize >= wantedBytes) return ok(setting, free);
    const wanted = `${Math.ceil(wantedBytes / 1024 ** 2)} MiB`;
    const advice = `Uploads of unknown length wait there: ${wanted} for MAX_UPLOADS of them at once.`;
    return warn(setting, free, advice);
  } catch (error) {
    const advice = `Make the folder, writable for the user that the server runs as, or change ${setting}.`;
    return fail(setting, toReason(error), advice);
  }
};
