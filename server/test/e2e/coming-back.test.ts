import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';

import {listKeys} from '../list-keys.js';
import {getConfirmationLink} from '../mailbox.js';
import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import {until} from '../until.js';
import {openBrowser, openDemo} from './browser.js';

const pdf = (name: string) => ({name, buffer: makePdf(30_000)});

t.test('a returning visitor', async (t) => {
  const server = await startServer(t);
  const browser = await openBrowser(t);

  await t.test('continues after a reload without a question, with the same files', async (t) => {
    const {page, context, widget, noise} = await openDemo(browser, server.url);
    await widget.open();
    await widget.submitName('Bea');
    await widget.answerConsents(true, true);
    await widget.addFiles([pdf('one.pdf')]);
    await widget.uploadAll(1);
    const uuid = await widget.storage('session_uuid');

    await page.reload();
    await widget.root.getByText('one.pdf').waitFor();
    await widget.button('Done & continue').click();
    await widget.submitEmail('bea@example.com');

    t.equal(await widget.storage('session_uuid'), uuid);
    const [row] =
      await server.sql`select name, consent_ai_training from user_sessions where uuid = ${uuid}`;
    t.same(row, {name: 'Bea', consent_ai_training: true});
    t.same(noise, []);
    await context.close();
  });

  await t.test('can discard the visit, which deletes the files and starts again', async (t) => {
    const {page, context, widget} = await openDemo(browser, server.url);
    await widget.open();
    await widget.submitName('Cem');
    await widget.answerConsents(true, false);
    await widget.addFiles([pdf('two.pdf')]);
    await widget.uploadAll(1);
    const uuid = await widget.storage('session_uuid');

    await page.evaluate('sessionStorage.clear()');
    await page.reload();
    await widget.button('Start from scratch').click();

    await widget.button('Start').waitFor();
    t.not(await widget.storage('session_uuid'), uuid);
    await until(
      async () => !(await listKeys(server.objects)).some((key) => key.includes(uuid ?? '')),
    );
    await until(async () => {
      const [visit] = await server.sql`select state from visits where uuid = ${uuid}`;
      return visit?.['state'] === 'gone';
    });
    t.pass('the visit is gone');
    await context.close();
  });

  await t.test('ends politely with the first consent refused and leaves nothing', async (t) => {
    const {context, widget} = await openDemo(browser, server.url);
    await widget.open();
    await widget.submitName('Dora');
    await widget.answerConsents(false, false);

    await widget.getByText(/won’t keep your details/).waitFor();

    const kept = await widget.getLocalStorage();
    t.notMatch(kept, /Dora/);
    await context.close();
  });

  await t.test('is asked before starting over discards the visit', async (t) => {
    const {context, widget} = await openDemo(browser, server.url);
    await widget.open();
    await widget.submitName('Eva');
    await widget.answerConsents(true, false);
    const uuid = await widget.storage('session_uuid');

    await widget.chooseMenuEntry('Start over');
    await widget.button('Cancel').click();
    t.equal(await widget.storage('session_uuid'), uuid);
    await widget.chooseMenuEntry('Start over');
    await widget.root.getByRole('alertdialog').getByRole('button', {name: 'Start over'}).click();

    await widget.button('Start').waitFor();
    await until(async () => {
      const [visit] = await server.sql`select state from visits where uuid = ${uuid}`;
      return visit?.['state'] === 'gone';
    });
    t.pass('the visit is gone');
    await context.close();
  });

  await t.test('gets a friendly line and a fresh start after too long idle', async (t) => {
    const {page, context, widget} = await openDemo(browser, server.url);
    await widget.open();
    await widget.submitName('Finn');
    await widget.answerConsents(true, false);
    const uuid = await widget.storage('session_uuid');
    // A pending call would extend the visit.
    await until(async () => {
      const [visit] =
        await server.sql`select furthest_step as step from visits where uuid = ${uuid}`;
      return visit?.['step'] === 'files';
    });
    await server.sql`
      update visits set last_seen_at = now() - interval '31 minutes' where uuid = ${uuid}`;

    await page.reload();
    await widget.getByText(/It’s been a while/).waitFor();
    await widget.button('Start').waitFor();

    t.not(await widget.storage('session_uuid'), uuid);
    t.notMatch(await widget.getLocalStorage(), /Finn/);
    await context.close();
  });

  await t.test(
    'is greeted by name when complete, and can be forgotten on the device',
    async (t) => {
      const {page, context, widget} = await openDemo(browser, server.url);
      await widget.open();
      await widget.submitName('Gita');
      await widget.answerConsents(true, false);
      await widget.addFiles([pdf('three.pdf')]);
      await widget.uploadAll(1);
      await widget.button('Done & continue').click();
      await widget.submitEmail('gita@example.com');
      await fetch(getConfirmationLink(await server.mailbox.waitFor('gita@example.com')), {
        method: 'POST',
      });
      await widget.getByText(/Thank you, Gita!/).waitFor();

      await page.reload();
      await widget.getByText(/Hello Gita, good to see you again/).waitFor();
      await widget.button('Not you? Remove from this device').click();

      await widget.button('Start').waitFor();
      const sessions = await server.sql`select from user_sessions where name = 'Gita' and verified`;
      t.equal(sessions.length, 1, 'the session itself stays');
      await context.close();
    },
  );
});

t.test('the conversation continues without a connection, and catches up', async (t) => {
  const server = await startServer(t);
  const {context, widget} = await openDemo(await openBrowser(t), server.url);
  await widget.open();
  await widget.submitName('Hal');
  await widget.answerConsents(true, false);
  await widget.addFiles([pdf('late.pdf')]);

  await context.setOffline(true);
  await widget.button('Upload files').click();
  await sleep(500);
  t.same(await listKeys(server.objects), []);
  await context.setOffline(false);

  await widget.root.getByText('Uploaded', {exact: true}).waitFor();
  t.equal((await listKeys(server.objects)).length, 1);
});
