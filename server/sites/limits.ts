import type {Config} from '../config/config.js';
import type {Site} from './store.js';

export type FileLimits = Config['limits'];

/** Returns the server's limits, lowered by the site's settings. */
export const getFileLimits = (site: Site, limits: FileLimits): FileLimits => {
  const maxFiles = Math.min(limits.maxFiles, site.settings.max_files ?? Infinity);
  return {
    maxFiles,
    minFiles: Math.min(maxFiles, site.settings.min_files ?? limits.minFiles),
    maxFileBytes: Math.min(limits.maxFileBytes, site.settings.max_file_bytes ?? Infinity),
  };
};
