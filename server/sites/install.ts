import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';

import type {Install} from '../contract/owner-sites.js';
import {WIDGET} from '../http/assets.js';
import {buildCsp} from '../http/csp.js';

/** Release of the widget's loader, with the digest of the file. */
export interface LoaderRelease {
  version: string;
  integrity: string;
}

interface Manifest {
  version: string;
  files: {role: string; integrity: string}[];
}

/** Returns the release of the build; null if the widget is not built. */
export const readLoaderRelease = (folder = WIDGET): LoaderRelease | null => {
  const file = path.join(folder, 'manifest.json');
  if (!existsSync(file)) return null;
  const {version, files} = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const loader = files.find(({role}) => role === 'loader');
  return loader ? {version, integrity: loader.integrity} : null;
};

export const createScriptTag = (key: string, publicUrl: string): string =>
  `<script src="${publicUrl}/maria-chat.js" data-site="${key}" async></script>`;

/** Returns the code that adds the chat to the pages of a site. */
export const createInstall = (
  key: string,
  {publicUrl, release}: {publicUrl: string; release: LoaderRelease | null},
): Install => {
  const {origin} = new URL(publicUrl);
  return {
    script_tag: createScriptTag(key, publicUrl),
    element: [
      `<script type="module" src="${publicUrl}/widget/maria-chat.esm.js"></script>`,
      `<maria-chat site="${key}" api="${publicUrl}"></maria-chat>`,
    ].join('\n'),
    pinned: release && createPinnedTag(key, publicUrl, release),
    tag_manager: `<script src="${publicUrl}/maria-chat.js?site=${key}" async></script>`,
    csp: buildCsp({'script-src': origin, 'connect-src': origin}),
  };
};

/** Returns a tag that loads one release, and only if the file has the digest of the build. */
const createPinnedTag = (
  key: string,
  publicUrl: string,
  {version, integrity}: LoaderRelease,
): string => `<script
  src="${publicUrl}/${version}/maria-chat.js"
  integrity="${integrity}"
  crossorigin="anonymous"
  data-site="${key}"
  async
></script>`;
