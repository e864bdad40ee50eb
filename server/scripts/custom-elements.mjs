import {readFileSync} from 'node:fs';
import path from 'node:path';

import {create, ts} from '@custom-elements-manifest/analyzer';
import {litPlugin} from '@custom-elements-manifest/analyzer/src/features/framework-plugins/lit/lit.js';

import {ROOT} from './build.mjs';

const CLASSES = ['widget/element/maria-chat.ts', 'widget/element/maria-chat-base.ts'];
const ATTRIBUTES = 'widget/element/attribute-types.ts';
const PROPERTIES = 'widget/ui/styles/panel.ts';

/** Manifest for editors and catalogues; see https://custom-elements-manifest.open-wc.org. */
export function customElementsManifest(module) {
  const modules = CLASSES.map(sourceOf);
  const analysed = create({modules, plugins: litPlugin()});
  const [found] = analysed.modules.flatMap(({declarations}) => declarations);
  const attributes = attributesIn(sourceOf(ATTRIBUTES));
  const element = {
    kind: 'class',
    name: found.name,
    tagName: 'maria-chat',
    customElement: true,
    description: found.description,
    superclass: {name: 'HTMLElement'},
    attributes,
    members: found.members.filter(isPublic).map((member) => memberOf(member, attributes)),
    events: found.events.filter(({name}) => name?.startsWith('maria-')).map(eventOf),
    slots: found.slots.map(nameAndDescription),
    cssParts: found.cssParts.map(nameAndDescription),
    cssStates: found.cssStates.map(nameAndDescription),
    cssProperties: cssProperties(),
  };
  const declaration = {name: element.name, module};
  return {
    schemaVersion: '2.1.0',
    modules: [
      {
        kind: 'javascript-module',
        path: module,
        declarations: [element],
        exports: [
          {kind: 'js', name: element.name, declaration},
          {kind: 'custom-element-definition', name: element.tagName, declaration},
        ],
      },
    ],
  };
}

function readSource(file) {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

function sourceOf(file) {
  return ts.createSourceFile(file, readSource(file), ts.ScriptTarget.ES2022, true);
}

/** Returns true for public members. The analyser has already removed those marked as internal. */
function isPublic({privacy = 'public', kind}) {
  return privacy === 'public' && (kind === 'method' || kind === 'field');
}

/** A property that reflects an attribute has the attribute's description. */
function memberOf({kind, name, type, description, readonly, parameters, attribute}, attributes) {
  const reflected = attributes.find((candidate) => candidate.name === attribute);
  const member = {kind, name, type, description: description ?? reflected?.description};
  if (kind === 'method') return {...member, parameters, return: {type: {text: 'Promise<void>'}}};
  return {...member, readonly, attribute: reflected?.name};
}

function eventOf({name, description}) {
  const words = name.split('-').map((word) => word[0].toUpperCase() + word.slice(1));
  return {name, type: {text: `${words.join('')}Event`}, description};
}

function nameAndDescription({name, description}) {
  return {name, description};
}

function attributesIn(source) {
  const found = source.statements.find((statement) => ts.isInterfaceDeclaration(statement));
  return found.members.map((member) => ({
    name: member.name.text,
    type: {text: member.type.getText().replace(' | (string & {})', ' | string')},
    description: member.jsDoc?.[0]?.comment,
    default: member.jsDoc?.[0]?.tags?.find(({tagName}) => tagName.text === 'default')?.comment,
  }));
}

/** Reads the list in the comment above the panel's style sheet. */
function cssProperties() {
  const lines = readSource(PROPERTIES).matchAll(/^ \* (--maria-[\w-]+) +(.+)$/gm);
  return [...lines].map(([, name, description]) => ({name, description}));
}
