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
/** Languages go out without their keys, of which the short ones say their place: `_0`, `_1`, … */
const TEXTS = {widget: '_', 'widget/dialogs': '_d'};
/** Where the browser's own names are described. */
const LIBRARIES = path.dirname(ts.getDefaultLibFilePath({}));
/** Lit's own, which interfaces of ours repeat. */
const LIT = ['hostUpdated', 'renderRoot', 'requestUpdate', 'updateComplete'];
const SHORTEST = 4;

/**
 * `names`: name → short name, the same in every chunk of a build. `texts`: folder → its texts' keys
 * in the order in which languages go out, the short ones first.
 */
export function ownNames() {
  const own = new Set();
  const kept = new Set(LIT);
  const keys = new Set();
  for (const folder of Object.keys(TEXTS)) collectAll(english(folder), keys);
  for (const file of sourcesIn('server/contract')) collectAll(file, kept);
  for (const file of librariesOfTheBrowser()) collectMembers(file, kept);
  for (const file of sourcesIn('widget')) {
    const isSpokenElsewhere = SPOKEN_ELSEWHERE.includes(file);
    collectMembers(file, own, isSpokenElsewhere ? isHidden : undefined);
    if (isSpokenElsewhere) collectMembers(file, kept, (node) => !isHidden(node));
    collectWords(file, kept, keys);
  }
  const isShortened = (name) => name.length >= SHORTEST && !kept.has(name);
  const members = [...own].filter((name) => isShortened(name) && !keys.has(name)).sort();
  const names = members.map((name, index) => [name, `$${index.toString(36)}`]);
  const texts = {};
  for (const [folder, begin] of Object.entries(TEXTS)) {
    const all = keysOf(english(folder));
    const short = all.filter(isShortened);
    names.push(...short.map((key, index) => [key, begin + index.toString(36)]));
    texts[folder] = {begin, short, long: all.filter((key) => !short.includes(key))};
  }
  return {names: Object.fromEntries(names), texts};
}

const english = (folder) => `${folder}/locales/en.ts`;

function keysOf(file) {
  const keys = [];
  visit(file, (node) => ts.isPropertyAssignment(node) && keys.push(node.name.text));
  return keys;
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
function collectMembers(file, names, isMeant = () => true) {
  visit(file, (node) => {
    const isMember =
      ts.isClassElement(node) ||
      ts.isTypeElement(node) ||
      ts.isParameterPropertyDeclaration(node, node.parent);
    if (isMember && node.name && ts.isIdentifier(node.name) && isMeant(node))
      names.add(node.name.text);
  });
}

/** Private, or open to the widget's other modules alone; what overrides is called by Lit. */
function isHidden(node) {
  const flags = ts.getCombinedModifierFlags(node);
  if (flags & ts.ModifierFlags.Override) return false;
  const isClosed = flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected);
  return isClosed || ts.getJSDocTags(node).some(({tagName}) => tagName.text === 'internal');
}

function collectAll(file, names) {
  visit(file, (node) => ts.isIdentifier(node) && names.add(node.text));
}

/** Whatever stands in a text may be the name of a property somewhere; a key by itself is that key. */
function collectWords(file, names, keys) {
  visit(file, (node) => {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateMiddleOrTemplateTail(node);
    if (!isText && node.kind !== ts.SyntaxKind.TemplateHead) return;
    if (keys.has(node.text) && isKeyAlone(node.text)) return;
    for (const word of node.text.split(/\W+/)) names.add(word);
  });
}

/** Of one word alone nobody knows whether it is a key, a state or a name of the page's. */
export const isKeyAlone = (text) => /^[a-z]+[A-Z]\w*$/.test(text);

function visit(file, look) {
  const walk = (node) => {
    look(node);
    ts.forEachChild(node, walk);
  };
  walk(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true));
}
