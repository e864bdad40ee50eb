import {readFile} from 'node:fs/promises';
import path from 'node:path';

import type {Test} from 'tap';

import {exportCommand} from '../../../privacy/export-command.js';
import {eraseCommand} from '../../../privacy/erase-command.js';
import {sessionsCommand} from '../../../sessions/command.js';
import {columnsWith, filesWith, linesWith} from '../../data-traces.js';
import {listKeys} from '../../list-keys.js';
import {runCommand} from '../../run-command.js';
import {temporaryFolder} from '../../start-server.js';
import type {TestServer} from '../../start-server.js';
import {until} from '../../until.js';
import type {Walk} from './walk.js';

/** Checks that nothing of what a visitor has typed is on the server. */
export const expectNoTraces = async (
  t: Test,
  server: TestServer,
  typed: string[],
): Promise<void> => {
  t.same(await columnsWith(server, typed), [], 'no table has it');
  t.same(linesWith(server, typed), [], 'no line of the log has it');
  t.same(await filesWith(server, typed), [], 'no file of the server has it');
};

/** Checks that the search finds the answers where they are stored. */
export const expectTraces = async (t: Test, server: TestServer, typed: string[]): Promise<void> => {
  for (const text of typed) {
    const tables = (await columnsWith(server, [text])).map((column) => column.split('.')[0]);
    t.same([...new Set(tables)], ['session_answers'], text);
  }
  t.same(linesWith(server, typed), [], 'no line of the log has it');
};

interface Erased {
  uuid: string;
  /** Everything that the visitor has typed, and the names of the files. */
  typed: string[];
}

/** Erases the session with the command, and checks that nothing of it is left. */
export const eraseByCommand = async (t: Test, {server}: Walk, erased: Erased): Promise<void> => {
  await runCommand(server, eraseCommand, '--uuid', erased.uuid, '--yes');
  await expectErased(t, server, erased);
};

/** Erases the session as the visitor does, and checks that nothing of it is left. */
export const eraseByVisitor = async (t: Test, walk: Walk, erased: Erased): Promise<void> => {
  const {server, walker} = walk;
  await walker.pressText('menu');
  await walker.pressText('myData');
  await walker.pressText('erase');
  await walker.pressInDialog('erase');
  await until(async () => (await server.sql`select from user_sessions`).length === 0);
  await expectErased(t, server, erased);
};

const expectErased = async (t: Test, server: TestServer, {uuid, typed}: Erased): Promise<void> => {
  await until(async () => (await listKeys(server.objects)).length === 0);
  await until(async () => (await server.sql`select from jobs`).length === 0);
  await expectNoTraces(t, server, typed);
  const list = await runCommand(server, sessionsCommand, '--format', 'json', '--answers');
  t.same(JSON.parse(list), []);
  const out = path.join(await temporaryFolder(t), 'erased.zip');
  await runCommand(server, exportCommand, '--uuid', uuid, '--out', out);
  const archive = await readFile(out, 'utf8');
  t.same(
    typed.filter((text) => archive.includes(text)),
    [],
    'the export has only the tombstone',
  );
};
