import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {build} from 'esbuild';

const LOCALES = fileURLToPath(new URL('../../../../../widget/i18n/', import.meta.url));

export type WidgetTexts = Record<string, string>;

/** Returns the texts of the widget in a language, by their keys. */
export const readWidgetTexts = async (language: string): Promise<WidgetTexts> => {
  const file = `${language.toLowerCase()}.ts`;
  const folders = ['dialogs/locales', 'questions/locales', 'locales'];
  const all = await Promise.all(
    folders.map((folder) => readTexts(path.join(LOCALES, folder, file))),
  );
  return Object.assign({}, ...all) as WidgetTexts;
};

const readTexts = async (file: string): Promise<WidgetTexts> => {
  const {outputFiles} = await build({entryPoints: [file], format: 'esm', write: false});
  const source = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  const loaded = (await import(`data:text/javascript;base64,${source}`)) as {default: WidgetTexts};
  return loaded.default;
};
