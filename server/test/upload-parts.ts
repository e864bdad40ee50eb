import type {Test} from 'tap';

import {keysIn} from './keys-in.js';
import type {TestServer} from './start-server.js';

export const objectsIn = ({objects}: TestServer) => keysIn(objects);

export const rowsIn = ({sql}: TestServer) =>
  sql<{state: string}[]>`select state from file_uploads order by created_at`;

/** To be compared with what is stored later. */
export const storedIn = async (server: TestServer) => ({
  objects: (await objectsIn(server)).sort(),
  rows: [...(await rowsIn(server))],
});

export const leavesNothing = async (t: Test, server: TestServer) => {
  t.same(await storedIn(server), {objects: [], rows: []});
};
