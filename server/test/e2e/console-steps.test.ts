import t from 'tap';

import {startServer} from '../start-server.js';
import {openBrowser} from './browser.js';
import {makeLead, openConsole} from './console-page.js';

const QUESTION = 'Since when have you worked there?';
const STEPS = [
  {id: 'who', type: 'ask', field: 'name'},
  {id: 'storing', type: 'consent', purpose: 'personal_data', text: 'May we store it?'},
  {id: 'since', type: 'ask', field: 'since', kind: 'date', text: {en: QUESTION, de: 'Seit wann?'}},
  {id: 'papers', type: 'upload'},
  {id: 'mail', type: 'ask', field: 'email'},
];

t.test('steps have the names that a site owner knows', async (t) => {
  const server = await startServer(t);
  const settings = {conversation: {version: 1, steps: STEPS}};
  await server.sql`
    update sites set settings = settings || ${server.sql.json(settings)} where key = 'demo'`;
  await server.sql`
    insert into funnel_daily (site_key, day, counter, count)
    values ('demo', current_date, 'opened', 3), ('demo', current_date, 'step_old', 2)`;
  const browser = await openBrowser(t);
  const {page, main, noise} = await openConsole(browser, server, 'demo/funnel', {
    roles: {demo: 'observer'},
  });
  await main.locator('.bars').waitFor();
  const names = [
    ...['Chat opened', 'Name', 'Consent: Storing the data', QUESTION],
    ...['Documents', 'E-mail address', 'Complete', 'Deleted step'],
  ];
  t.same(await main.locator('.bars .name bdi').allTextContents(), names);
  t.same(await main.locator('tbody .name bdi').allTextContents(), names, 'in the table');
  t.same(
    await main.locator('.bars .name code').allTextContents(),
    ['old'],
    'only a name that says nothing has its id',
  );
  t.same(noise, []);

  const owner = await openConsole(browser, server, 'demo/site', {context: {locale: 'de'}});
  await owner.main.locator('.steps').waitFor();
  t.match(await owner.main.locator('.steps strong').allTextContents(), [
    ...['Name', 'Einwilligung: Speichern der Daten', 'Seit wann?'],
    ...['Unterlagen', 'E-Mail-Adresse'],
  ]);
  t.equal(await owner.main.locator('.steps code').count(), 0, 'without ids');

  const {uuid} = await makeLead(server, {files: []});
  for (const step of ['since', 'gone'])
    await server.sql`
      insert into audit_logs (event_type, user_uuid, site_key, metadata)
      values ('step_reached', ${uuid}, 'demo', ${server.sql.json({step})})`;
  const lead = await openConsole(browser, server, `leads/${uuid}`);
  await lead.main.getByText('Trail').click();
  await lead.main.locator('.trail li', {hasText: `Step reached · ${QUESTION}`}).waitFor();
  await lead.main.locator('.trail li', {hasText: 'Step reached · Deleted step'}).waitFor();
  await page.context().close();
});
