import type {DescribedOperation} from './openapi-document.js';

/** Ids for the places of a call, by the name of the parameter or property. */
export type Ids = Record<string, string>;

/** Folders whose `{id}` names a thing of another kind. */
const ID_OF_FOLDER: Record<string, string> = {
  sessions: 'session',
};

/** Returns the path of an operation with ids, and the names of its parameters. */
const fillPath = ({path}: DescribedOperation, ids: Ids): string =>
  path.replaceAll(/(\w+)\/\{(\w+)\}/g, (_match, folder: string, name: string) => {
    const id = ids[name === 'id' ? (ID_OF_FOLDER[folder] ?? folder) : name];
    if (id === undefined) throw new Error(`${path}: add an id for {${name}} to this test.`);
    return `${folder}/${id}`;
  });

/** Properties of bodies and queries that name something of a site. */
const NAMES: Record<string, (ids: Ids) => unknown> = {
  site: ({key}) => key,
  sites: ({key}) => [key],
  uuids: ({uuid}) => [uuid],
};

const fillBody = (value: unknown, ids: Ids): unknown => {
  if (Array.isArray(value)) return value.map((item) => fillBody(item, ids));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      Object.hasOwn(NAMES, name) ? NAMES[name]?.(ids) : fillBody(inner, ids),
    ]),
  );
};

/** Returns the examples of the body; one without a body if there are none. */
const listBodies = ({requestBody}: DescribedOperation): unknown[] => {
  const {examples = {}} = requestBody?.content['application/json'] ?? {};
  const bodies = Object.values(examples).map(({value}) => value);
  return bodies.length > 0 ? bodies : [undefined];
};

export interface FilledCall {
  method: string;
  path: string;
  body: unknown;
}

/** Returns the calls of an operation with the given ids: one for each example of its body. */
export const listCalls = (operation: DescribedOperation, ids: Ids): FilledCall[] => {
  const {method, parameters = []} = operation;
  const hasSite = parameters.some(({in: place, name}) => place === 'query' && name === 'site');
  const path = `${fillPath(operation, ids)}${hasSite ? `?site=${ids['key'] ?? ''}` : ''}`;
  return listBodies(operation).map((body) => ({method, path, body: fillBody(body, ids)}));
};
