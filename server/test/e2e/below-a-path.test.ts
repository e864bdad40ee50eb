import t from 'tap';

import {freePort} from '../free-port.js';
import {nginxMissing, startNginxBelow} from '../nginx.js';
import {startServer} from '../start-server.js';
import {openBrowser, openDemo} from './browser.js';

t.test('pages of a server below another server’s path', {skip: nginxMissing}, async (t) => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/3d/chat`;
  const server = await startServer(t, {settings: {PUBLIC_URL: url}});
  await startNginxBelow(t, {port, path: '/3d/chat', target: server.url});
  const browser = await openBrowser(t);

  for (const path of ['/', '/examples/script-tag.html', '/examples/element.html']) {
    await t.test(`${path}: the chat finds its server`, async (t) => {
      const {widget, noise, context} = await openDemo(browser, `${url}${path}`);
      await widget.root.locator('.launcher').click();
      await widget.root.getByRole('textbox').waitFor();
      t.same(noise, []);
      await context.close();
    });
  }

  for (const path of ['/maria-chat.js', '/v1/maria-chat.js', '/widget/maria-chat.js']) {
    await t.test(`a script tag with ${path} finds its server`, async (t) => {
      const {page, widget, noise, context} = await openDemo(browser, `${url}/examples/`);
      await page.addScriptTag({url: `${url}${path}`});
      await widget.root.locator('.launcher').click();
      await widget.root.getByRole('textbox').waitFor();
      t.same(noise, []);
      await context.close();
    });
  }

  await t.test('the playground shows the chat, and a snippet with the path', async (t) => {
    const {page, noise, context} = await openDemo(browser, `${url}/examples/playground.html`);
    await page.frameLocator('#preview').locator('maria-chat .launcher').waitFor();
    t.match(await page.locator('#snippet').innerText(), `src="${url}/maria-chat.js"`);
    t.same(noise, []);
    await context.close();
  });

  await t.test('the list of texts contains those of the widget', async (t) => {
    const {page, noise, context} = await openDemo(browser, `${url}/examples/languages.html`);
    await page.locator('tbody tr').first().waitFor();
    t.same(noise, []);
    await context.close();
  });

  await t.test('the API documentation can be opened', async (t) => {
    const {page, noise, context} = await openDemo(browser, `${url}/api/docs`);
    await page.getByText('/api/session/generate-uuid').first().waitFor();
    t.same(noise, []);
    await context.close();
  });
});
