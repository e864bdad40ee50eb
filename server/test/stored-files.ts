import type {Test} from 'tap';

import {listKeys} from './list-keys.js';
import type {TestServer} from './start-server.js';

export const listStoredKeys = ({objects}: TestServer) => listKeys(objects);

export const getFileRows = ({sql}: TestServer) =>
  sql<{state: string}[]>`select state from file_uploads order by created_at`;

/** Returns stored objects and rows, for comparison with a later state. */
export const getStoredState = async (server: TestServer) => ({
  objects: (await listStoredKeys(server)).sort(),
  rows: [...(await getFileRows(server))],
});

export const assertNothingStored = async (t: Test, server: TestServer) => {
  t.same(await getStoredState(server), {objects: [], rows: []});
};
