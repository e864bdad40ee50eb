import type {Queryable, Sql} from './sql.js';

/**
 * Returns a function that returns the pool's own value, which `create` makes at the first call. The
 * values are kept beside the pools, because the driver's pool has no fields of ours.
 */
export const perPool = <T>(create: (pool: Sql) => T): ((sql: Queryable) => T) => {
  const values = new WeakMap<Sql, T>();
  return (sql) => {
    const pool = 'pool' in sql ? sql.pool : sql;
    const existing = values.get(pool);
    if (existing !== undefined) return existing;
    const created = create(pool);
    values.set(pool, created);
    return created;
  };
};
