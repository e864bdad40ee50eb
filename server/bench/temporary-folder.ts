import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';

export const temporaryFolder = async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'maria-bench-'));
  return {path: folder, remove: () => rm(folder, {recursive: true, force: true})};
};
