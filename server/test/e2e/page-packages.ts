import {installManifest} from '../manifests.js';

/**
 * Returns the `node_modules` folder of `server/test/cases/package.json`, installing it if needed:
 * jQuery, Turbo, Lenis, Bootstrap, htmx and React 18, for pages that the widget is put on.
 */
export const pagePackages = (): Promise<string> => installManifest('server/test/cases');
