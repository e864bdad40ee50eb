import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

import t from 'tap';

import {getConfirmationLink} from '../mailbox.js';
import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import {collectConsole, openBrowser, openDemo} from './browser.js';

// dist/server/test/e2e/ -> the project
const PROJECT = fileURLToPath(new URL('../../../../', import.meta.url));

interface Builder {
  buildFrameworkPages: (target: string) => Promise<string[]>;
}

t.test('the chat in a framework', async (t) => {
  const script = pathToFileURL(path.join(PROJECT, 'server/scripts/frameworks.mjs')).href;
  const {buildFrameworkPages} = (await import(script)) as Builder;
  const names = await buildFrameworkPages(path.join(PROJECT, 'dist/examples'));
  const server = await startServer(t);
  const browser = await openBrowser(t);

  const sources = await readdir(path.join(PROJECT, 'examples/frameworks'), {withFileTypes: true});
  t.same(
    names.sort(),
    sources
      .filter((dirent) => dirent.isDirectory() && dirent.name !== 'node_modules')
      .map(({name}) => name)
      .sort(),
  );
  for (const name of names) {
    await t.test(name, async (t) => {
      const email = `${name}@example.com`;
      const pageUrl = `${server.url}/examples/frameworks/${name}/index.html`;
      const {page, context, widget, noise} = await openDemo(browser, pageUrl);

      await page.getByRole('button', {name: 'Send us your documents'}).click();
      await widget.root.getByRole('dialog', {name: `Intake with ${name}`}).waitFor();
      await widget.start();
      await widget.submitName('Kim');
      await widget.answerConsents(true, false);
      await widget.addFiles([{name: 'a.pdf', buffer: makePdf()}]);
      await widget.uploadAll(1);
      await widget.button('Done & continue').click();
      await widget.submitEmail(email);
      const confirmation = await context.newPage();
      collectConsole(confirmation, noise);
      await confirmation.goto(getConfirmationLink(await server.mailbox.waitFor(email)));
      await confirmation.getByRole('button', {name: 'Confirm'}).click();

      await page
        .getByRole('status')
        .getByText(/^Arrived: [\da-f-]{36}$/)
        .waitFor();
      t.same(noise, [], 'the console stayed empty');
      await context.close();
    });
  }
});
