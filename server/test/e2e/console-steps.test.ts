import t from 'tap';

import {startServer} from '../start-server.js';
import {openBrowser} from './browser.js';
import {openConsole} from './console-page.js';

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
  t.equal(await main.locator('.bars .name code').last().textContent(), 'old', 'with its id below');
  t.same(noise, []);

  const owner = await openConsole(browser, server, 'demo/site', {context: {locale: 'de'}});
  await owner.main.locator('.steps').waitFor();
  t.match(await owner.main.locator('.steps strong').allTextContents(), [
    ...['Name', 'Einwilligung: Speichern der Daten', 'Seit wann?'],
    ...['Unterlagen', 'E-Mail-Adresse'],
  ]);
  await page.context().close();
});
