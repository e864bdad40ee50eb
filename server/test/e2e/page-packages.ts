import {installManifest} from '../manifests.js';

/**
 * Returns the `node_modules` folder of `server/test/cases/package.json`, installing it if needed.
 * It contains jQuery, Turbo, Lenis, Bootstrap, htmx and React 18 for the pages of tests.
 */
export const installPagePackages = (): Promise<string> => installManifest('server/test/cases');
