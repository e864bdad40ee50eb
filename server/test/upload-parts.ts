import type {Test} from 'tap';

import {keysIn} from './keys-in.js';
import type {TestServer} from './start-server.js';

export const objectsIn = ({objects}: TestServer) => keysIn(objects);

export const rowsIn = ({sql}: TestServer) =>
  sql<{state: string}[]>`select state from file_uploads order by created_at`;

export const leavesNothing = async (t: Test, server: TestServer) => {
  t.same(await objectsIn(server), []);
  t.same([...(await rowsIn(server))], []);
};
