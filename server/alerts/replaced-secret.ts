import type {FastifyBaseLogger} from 'fastify';

import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import {raiseAlert} from './alerts.js';

/** Words for the operator: in the log, in an e-mail and as a finding of `maria doctor`. */
export const REPLACED_SECRET = {
  found: 'a server last started on this database with a key that is not in SECRET_KEY',
  advice:
    'Tokens of visitors and links in e-mails that were signed with the other key do not work. ' +
    'Add the other key to SECRET_KEY, unless you have removed it on purpose. ' +
    'See "Rotation of the secret" in examples/deploy/OPERATIONS.md.',
};

const TASK = 'secret';

/**
 * Reports that no key of the settings is the one with which a server last started on this database.
 * Visitors would then start over, and nothing else would show why. The key is recorded by its id.
 */
export const reportReplacedSecret = async ({
  sql,
  config: {secrets},
  log,
}: {
  sql: Sql;
  config: Pick<Config, 'secrets'>;
  log: FastifyBaseLogger;
}): Promise<void> => {
  if (await isSecretReplaced(sql, secrets)) {
    const {found, advice} = REPLACED_SECRET;
    const message = `A${found.slice(1)}. ${advice}`;
    log.warn(message);
    await raiseAlert(sql, {cause: 'secret_replaced', code: 'secret_replaced', message});
  }
  await sql`
    insert into tasks (name, progress)
    values (${TASK}, jsonb_build_object('key_id', ${secrets[0].id}::text))
    on conflict (name) do update set progress = excluded.progress`;
};

export const isSecretReplaced = async (sql: Sql, secrets: Config['secrets']): Promise<boolean> => {
  const [last] = await sql<{keyId: string}[]>`
    select progress->>'key_id' as "keyId" from tasks where name = ${TASK}`;
  return last !== undefined && !secrets.some(({id}) => id === last.keyId);
};
