import t from 'tap';

import {importInstalled} from './manifests.js';
import {fetchOpenApi} from './openapi-document.js';
import {startServer} from './start-server.js';

interface Linter {
  createConfig: (rules: object) => Promise<object>;
  lintFromString: (document: object) => Promise<Problem[]>;
}

interface Problem {
  ruleId: string;
  message: string;
  location: {pointer?: string}[];
}

t.test('the API description passes the recommended rules of its linter', async (t) => {
  const {createConfig, lintFromString} = await importInstalled<Linter>(
    'server/test/checkers',
    'openapi-tools.mjs',
  );
  const server = await startServer(t, {settings: {PUBLIC_URL: 'https://chat.maria-chat.test'}});
  const config = await createConfig({
    extends: ['recommended'],
    rules: {
      'operation-description': 'error',
      'parameter-description': 'error',
      'operation-tag-defined': 'error',
    },
  });

  const problems = await lintFromString({
    source: JSON.stringify(await fetchOpenApi(server.url)),
    absoluteRef: 'openapi.json',
    config,
  });

  t.same(
    problems.map(({ruleId, message, location}) => `${ruleId} ${location[0]?.pointer} ${message}`),
    [],
  );
});
