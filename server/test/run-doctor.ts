import {CommandFailed} from '../command/command.js';
import type {Config} from '../config/config.js';
import {connectDatabase} from '../database/connect.js';
import {doctorCommand} from '../doctor/command.js';
import type {Level} from '../doctor/finding.js';
import {S3Objects} from '../object-store/s3.js';
import type {TestServer} from './start-server.js';

export interface DoctorResult {
  passed: boolean;
  findings: {part: string; check: string; level: Level; found: string; advice?: string}[];
  /** Returns `part check` of all findings of this level. */
  findingsAt: (level: Level) => string[];
  /** Returns the result of one check as text. */
  resultOf: (name: string) => string;
}

/** Runs `maria doctor --json` on a running server, with some settings changed. */
export const runDoctor = async (
  {config, sql, objects, app}: TestServer,
  changed: Partial<Config> = {},
  ...args: string[]
): Promise<DoctorResult> => {
  const own = {...config, ...changed};
  const isOwnDatabase = own.databaseUrl === config.databaseUrl;
  const database = isOwnDatabase ? sql : connectDatabase({url: own.databaseUrl ?? '', max: 1});
  // A store remembers facts about its bucket. The doctor gets a new store, like a new process.
  const store = own.s3 ? new S3Objects(own.s3) : objects;
  const lines: string[] = [];
  const parts = {
    config: own,
    databaseUrl: own.databaseUrl ?? '',
    sql: database,
    backgroundSql: database,
    objects: store,
    diskKey: undefined,
    close: async () => undefined,
    log: app.log,
    print: (line: string) => void lines.push(line),
  };
  let passed = true;
  try {
    await doctorCommand.run(parts, ['--json', ...args]);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    passed = false;
  } finally {
    if (!isOwnDatabase) await database.end({timeout: 1});
    if (own.s3) await store.close();
  }
  const {findings} = JSON.parse(lines.join('\n')) as Pick<DoctorResult, 'findings'>;
  const getName = ({part, check}: DoctorResult['findings'][number]) => `${part} ${check}`;
  return {
    passed,
    findings,
    findingsAt: (level) => findings.filter((item) => item.level === level).map(getName),
    resultOf: (name) => findings.find((item) => getName(item) === name)?.found ?? '',
  };
};
