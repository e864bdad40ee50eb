import type {Test} from 'tap';

import {DiskObjects} from '../object-store/disk.js';
import {temporaryFolder} from './start-server.js';

export const createFailingStore = async (t: Test, failing: Partial<DiskObjects>) =>
  Object.assign(
    new DiskObjects({
      directory: await temporaryFolder(t),
      publicUrl: 'http://localhost',
      signingKey: Buffer.alloc(32),
    }),
    failing,
  );
