import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

// dist/server/test/ -> the project
export const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** Folders that other tools write. */
const SKIPPED = ['node_modules', 'dist', 'coverage', 'screenshots', '.git', '.maria', '.tap'];

export interface Code {
  /** Language of a code block; `inline` for code in a sentence. */
  language: string;
  text: string;
}

export interface MarkdownDocument {
  /** Path in the project. */
  file: string;
  text: string;
  links: string[];
  anchors: string[];
  codes: Code[];
}

/** Returns the paths of all files of the project, without those that tools write. */
export const listFiles = async (folder = ''): Promise<string[]> => {
  const entries = await readdir(path.join(PROJECT, folder), {withFileTypes: true});
  const found = entries.map(async (entry) => {
    const file = path.join(folder, entry.name);
    if (SKIPPED.includes(entry.name)) return [];
    return entry.isDirectory() ? listFiles(file) : [file];
  });
  return (await Promise.all(found)).flat();
};

export const readDocuments = async (): Promise<MarkdownDocument[]> => {
  const files = (await listFiles()).filter((file) => file.endsWith('.md')).sort();
  return Promise.all(
    files.map(async (file) =>
      parseMarkdown(file, await readFile(path.join(PROJECT, file), 'utf8')),
    ),
  );
};

const BLOCK = /^( *)```(\w*)[^\n]*\n([^]*?)^\1```/gm;
const INLINE = /(`+)([^`]+)\1/g;
const LINK = /\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|^\[[^\]]+\]: (\S+)|(?:src|href)="([^"]+)"/gm;

export const parseMarkdown = (file: string, text: string): MarkdownDocument => {
  const prose = text.replace(BLOCK, '');
  const blocks = [...text.matchAll(BLOCK)].map(([, , language = '', code = '']) => ({
    language,
    text: code,
  }));
  const inline = [...prose.matchAll(INLINE)].map(([, , code = '']) => ({
    language: 'inline',
    text: code,
  }));
  return {
    file,
    text,
    links: [...prose.replace(INLINE, '').matchAll(LINK)].map(
      ([, target, defined, tag]) => target ?? defined ?? tag ?? '',
    ),
    anchors: findAnchors(prose),
    codes: [...blocks, ...inline],
  };
};

/** Returns the anchors that GitHub makes of the headings. */
const findAnchors = (prose: string): string[] => {
  const counts = new Map<string, number>();
  return [...prose.matchAll(/^#+ +(.*)$/gm)].map(([, heading = '']) => {
    const title = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
};

/** Returns the names in code in the first cells of the tables below a heading. */
export const firstCells = ({text}: MarkdownDocument, heading: string): string[] => {
  const section = text.split(`\n${heading}\n`)[1]?.split(/\n## /)[0] ?? '';
  return [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
};
