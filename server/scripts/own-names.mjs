// Names of properties that nobody but the widget's own modules ever speaks: the build shortens them.
import {readFileSync, readdirSync} from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

/** What pages, frameworks and the browser call by name, or what is kept in the browser as it is. */
const SPOKEN_ELSEWHERE = [
  'widget/answers.ts',
  'widget/configured-element.ts',
  'widget/events.ts',
  'widget/index.ts',
  'widget/loader.ts',
  'widget/maria-chat.ts',
];
/** Languages go out without their keys, which the chat brings along. */
const KEYS_OF_TEXTS = ['widget/locales/en.ts', 'widget/dialogs/locales/en.ts'];
/** Where the browser's own names are described. */
const LIBRARIES = path.dirname(ts.getDefaultLibFilePath({}));
/** Lit's own, which interfaces of ours repeat. */
const LIT = ['hostUpdated', 'renderRoot', 'requestUpdate', 'updateComplete'];
const SHORTEST = 4;

/** `name → short name`, the same in every chunk of a build. */
export function shortNames() {
  const own = new Set();
  const kept = new Set(LIT);
  for (const file of sourcesIn('server/contract').concat(KEYS_OF_TEXTS)) collectAll(file, kept);
  for (const file of librariesOfTheBrowser()) collectMembers(file, kept);
  for (const file of sourcesIn('widget')) {
    collectMembers(file, SPOKEN_ELSEWHERE.includes(file) ? kept : own);
    collectWords(file, kept);
  }
  const names = [...own].filter((name) => name.length >= SHORTEST && !kept.has(name)).sort();
  return Object.fromEntries(names.map((name, index) => [name, `$${index.toString(36)}`]));
}

function sourcesIn(folder) {
  return readdirSync(folder, {recursive: true})
    .filter((name) => name.endsWith('.ts') && !/(^|\/)(test|gallery|bench)\//.test(name))
    .map((name) => path.posix.join(folder, name));
}

function librariesOfTheBrowser() {
  return readdirSync(LIBRARIES)
    .filter((name) => /^lib\.(dom|es)\w*\..*\.?d\.ts$/.test(name))
    .map((name) => path.join(LIBRARIES, name));
}

/** Members of classes and interfaces. */
function collectMembers(file, names) {
  visit(file, (node) => {
    const isMember =
      ts.isClassElement(node) ||
      ts.isTypeElement(node) ||
      ts.isParameterPropertyDeclaration(node, node.parent);
    if (isMember && node.name && ts.isIdentifier(node.name)) names.add(node.name.text);
  });
}

function collectAll(file, names) {
  visit(file, (node) => ts.isIdentifier(node) && names.add(node.text));
}

/** Whatever stands in a text may be the name of a property somewhere. */
function collectWords(file, names) {
  visit(file, (node) => {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateMiddleOrTemplateTail(node);
    if (!isText && node.kind !== ts.SyntaxKind.TemplateHead) return;
    for (const word of node.text.split(/\W+/)) names.add(word);
  });
}

function visit(file, look) {
  const walk = (node) => {
    look(node);
    ts.forEachChild(node, walk);
  };
  walk(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true));
}
