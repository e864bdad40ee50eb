import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';

import ts from 'typescript';

import {buildApp} from '../../dist/server/app.js';
import {PRODUCTION_SETTINGS, readConfig} from '../../dist/server/config/config.js';
import {Settings} from '../../dist/server/config/environment.js';
import {ERROR_CODES} from '../../dist/server/contract/error-codes.js';
import {ERROR_HELP} from '../../dist/server/contract/error-help.js';
import {createLog} from '../../dist/server/log.js';
import {openResources} from '../../dist/server/resources.js';
import {ROOT} from './build.mjs';
import {customElementsManifest} from './custom-elements.mjs';

/** Returns the generated parts of all documents, by name. */
export async function generateParts() {
  const {openApi, metrics} = await describeServer();
  const element = customElementsManifest('').modules[0].declarations[0];
  const fields = element.members.filter(({kind, attribute}) => kind === 'field' && !attribute);
  return {
    settings: settingsTables(),
    commands: commandSections(),
    endpoints: endpointTables(openApi),
    errors: errorTable(),
    metrics: metricsTable(metrics),
    attributes: attributeTable(element.attributes),
    methods: methodTable(element.members.filter(({kind}) => kind === 'method')),
    properties: descriptionTable('Property', fields),
    events: eventTable(element.events),
    parts: descriptionTable('Part', element.cssParts),
    slots: descriptionTable('Slot', element.slots),
    states: descriptionTable('State', element.cssStates),
    custom: descriptionTable('Custom property', element.cssProperties),
  };
}

/**
 * Returns the OpenAPI document and the metrics of a server. The server does not listen and never
 * connects to its database.
 */
async function describeServer() {
  const folder = mkdtempSync(path.join(tmpdir(), 'maria-docs-'));
  const config = readConfig({
    DATA_DIR: folder,
    DATABASE_URL: 'postgres://localhost/none',
    SECRET_KEY: randomBytes(32).toString('hex'),
  });
  const log = createLog('silent');
  const resources = await openResources(config, {log, takeOwnership: false});
  const spoolDir = path.join(folder, 'spool');
  const {app, metrics} = await buildApp({...resources, config, log, spoolDir, smtpUrl: ''});
  try {
    await app.ready();
    return {openApi: app.swagger(), metrics: metrics.registry.getMetricsAsArray()};
  } finally {
    await app.close();
    await resources.close();
    rmSync(folder, {recursive: true});
  }
}

/** Sections of the settings, by the first setting of each. */
const SETTING_SECTIONS = {
  PORT: 'Server',
  DATABASE_URL: 'Database',
  S3_BUCKET: 'File storage',
  SMTP_URL: 'E-mail',
  MAX_FILES: 'Files',
  VISIT_IDLE_MINUTES: 'Visits and sessions',
  AUDIT_RETENTION_DAYS: 'Audit log',
  CLEANUP_INTERVAL_MINUTES: 'Cleanup',
  MAX_UPLOADS_PER_SESSION: 'Limits',
  RESPONDER: 'Replies',
};

function settingsTables() {
  const sections = [];
  for (const [name, schema] of Object.entries(Settings.properties)) {
    if (SETTING_SECTIONS[name]) sections.push({title: SETTING_SECTIONS[name], rows: []});
    sections.at(-1).rows.push(settingRow(name, schema));
  }
  const header = ['Name', 'Type', 'Default', 'Range', 'Required in production', 'Description'];
  return sections.map(({title, rows}) => `### ${title}\n\n${table(header, rows)}`).join('\n\n');
}

function settingRow(name, schema) {
  const {description, default: value} = schema;
  const range = schema.enum ? schema.enum.map(code).join(', ') : rangeOf(schema);
  const type = schema.type === 'string' ? 'text' : schema.type;
  return [code(name), type, value === undefined ? '' : code(value), range, need(name), description];
}

function rangeOf({minimum, exclusiveMinimum, maximum}) {
  if (maximum === undefined) return '';
  const largest = maximum.toLocaleString('en');
  return minimum === undefined
    ? `above ${exclusiveMinimum}, to ${largest}`
    : `${minimum} to ${largest}`;
}

function need(name) {
  if (name === 'SECRET_KEY') return 'yes, or `SECRET_KEY_FILE`';
  return PRODUCTION_SETTINGS.includes(name) ? 'yes' : '';
}

/** Returns a section for each command, with its text from `maria --help`. */
function commandSections() {
  const cli = path.join(ROOT, 'dist', 'server', 'cli.js');
  const help = execFileSync(process.execPath, [cli, '--help'], {encoding: 'utf8'});
  const [, ...blocks] = help.trim().split('\n\n');
  const usages = new Map();
  let current = '';
  for (const block of blocks.slice(0, blocks.indexOf('maria --version'))) {
    current = /^maria \w+/.exec(block)?.[0] ?? current;
    usages.set(current, [...(usages.get(current) ?? []), block]);
  }
  return [...usages]
    .map(([name, texts]) => `### ${name}\n\n\`\`\`text\n${texts.join('\n\n')}\n\`\`\``)
    .join('\n\n');
}

/** Statuses that most endpoints can return. The document names them above the tables. */
const COMMON_STATUSES = ['400', '429', '500', '503'];

function endpointTables({paths, tags}) {
  const operations = Object.entries(paths).flatMap(([url, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({url, method, ...operation})),
  );
  const header = ['Method', 'Path', 'Purpose', 'Credentials', 'Statuses'];
  return tags
    .map(({name, description}) => {
      const rows = operations.filter(({tags}) => tags.includes(name)).map(endpointRow);
      return `### ${description}\n\n${table(header, rows)}`;
    })
    .join('\n\n');
}

function endpointRow({method, url, summary, security, responses}) {
  const statuses = Object.keys(responses).filter((status) => !COMMON_STATUSES.includes(status));
  const row = [method.toUpperCase(), code(url), summary, credentialsOf(security)];
  return [...row, statuses.join(', ')];
}

function credentialsOf(security) {
  const names = {visitorToken: 'token', sessionUuid: 'UUID', consoleSession: 'account'};
  const schemes = [...new Set(security.flatMap(Object.keys))].map((scheme) => names[scheme]);
  if (schemes.length === 0) return 'none';
  const isOptional = security.some((choice) => Object.keys(choice).length === 0);
  return `${schemes.join(' and ')}${isOptional ? ' (optional)' : ''}`;
}

function errorTable() {
  const rows = Object.entries(ERROR_CODES).map(([name, status]) => {
    const {meaning, remedy} = ERROR_HELP[name];
    return [code(name), status, meaning, remedy];
  });
  return table(['Code', 'Status', 'Meaning', 'What to do'], rows);
}

function metricsTable(metrics) {
  const rows = metrics
    .filter(({name}) => name.startsWith('maria_'))
    .map((metric) => [
      code(metric.name),
      metric.constructor.name.toLowerCase(),
      metric.labelNames.map(code).join(', '),
      metric.help,
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return table(['Metric', 'Type', 'Labels', 'Meaning'], rows);
}

function attributeTable(attributes) {
  const rows = attributes.map(({name, type, default: value = '', description}) => [
    code(name),
    code(type.text),
    value,
    description,
  ]);
  return table(['Attribute', 'Type', 'Default', 'Meaning'], rows);
}

function methodTable(methods) {
  const rows = methods.map(({name, parameters = [], description}) => {
    const list = parameters.map((one) => (one.type ? `${one.name}: ${one.type.text}` : one.name));
    return [code(`${name}(${list.join(', ')})`), description];
  });
  return table(['Method', 'What it does'], rows);
}

function eventTable(events) {
  const properties = eventProperties();
  const rows = events.map(({name, type, description}) => [
    code(name),
    properties.get(type.text).map(code).join('<br>'),
    description,
  ]);
  return table(['Event', 'Properties', 'When it is dispatched'], rows);
}

/** Returns the properties of each event class, with their types. */
function eventProperties() {
  const text = readFileSync(path.join(ROOT, 'widget', 'events.ts'), 'utf8');
  const {statements} = ts.createSourceFile('events.ts', text, ts.ScriptTarget.ES2022, true);
  const classes = statements.filter(ts.isClassDeclaration);
  return new Map(
    classes.map(({name, members}) => {
      const parameters = members.find(ts.isConstructorDeclaration)?.parameters ?? [];
      return [name.text, parameters.map((one) => `${one.name.text}: ${one.type?.getText()}`)];
    }),
  );
}

function descriptionTable(title, items) {
  return table(
    [title, 'Meaning'],
    items.map(({name, description}) => [code(name), description]),
  );
}

function code(value) {
  return `\`${value}\``;
}

function table(header, rows) {
  const line = (cells) => `| ${cells.map(toCell).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function toCell(value, _index, row) {
  if (value === undefined)
    throw new Error(`${row[0]} has no description. Expected a sentence. Add it to the source.`);
  return String(value).replaceAll('\n', ' ').replaceAll('|', '\\|');
}
