import type {Test} from 'tap';

import {keysIn} from './keys-in.js';
import type {TestServer} from './start-server.js';

export const objectsIn = ({objects}: TestServer) => keysIn(objects);

export const rowsIn = ({sql}: TestServer) =>
  sql<{state: string}[]>`select state from file_uploads order by created_at`;

/** Returns stored objects and rows, for comparison with a later state. */
export const storedIn = async (server: TestServer) => ({
  objects: (await objectsIn(server)).sort(),
  rows: [...(await rowsIn(server))],
});

export const leavesNothing = async (t: Test, server: TestServer) => {
  t.same(await storedIn(server), {objects: [], rows: []});
};
