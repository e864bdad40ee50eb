import t from 'tap';

import {until} from '../until.js';
import {chromium} from './browsers/chromium.js';
import {firefox} from './browsers/firefox.js';
import {openChat, startChatServer} from './live-chat.js';

const IN_BUBBLES = `document.querySelector('maria-chat').shadowRoot.querySelectorAll('.bubble`;
const MARKED = [
  'It is **done**, see [here](https://example.org/page) or [not](javascript:alert(1)).',
  '<img src=x onerror=alert(1)> ![all](https://evil.example/pixel.png)',
];

t.test('the visitor sees the reply of a model', async (t) => {
  const server = await startChatServer(t);

  for (const kind of [chromium, firefox]) {
    const {name, missing} = kind;
    await t.test(`in ${name}`, {skip: missing}, async (t) => {
      const browser = await kind.start(t);
      const {tab, visitor} = await openChat(browser, server.url);
      const uuid = await visitor.getStored('session_uuid');

      await t.test('as it is written, with the supported Markdown and nothing else', async (t) => {
        await visitor.write(`Is a scan enough (${name})?`);
        const turn = await server.waitForTurn(`Is a scan enough (${name})?`);
        turn.write('A scan ');
        await visitor.untilSaid('A scan');
        turn.write('is fine.\n\n');
        await visitor.untilSaid('A scan is fine.');
        for (const line of MARKED) turn.write(`${line}\n\n`);
        turn.end();
        await visitor.untilSaid('<img src=x onerror=alert(1)>');
        await until(() => tab.read(`!${IN_BUBBLES} [aria-hidden]').length`));

        const read = <T>(what: string) => tab.read<T>(`[...${IN_BUBBLES} ${what}`);
        t.same(await read(`a')].map(({href, rel}) => [href, rel])`), [
          ['https://example.org/page', 'noopener noreferrer nofollow ugc'],
          ['https://evil.example/pixel.png', 'noopener noreferrer nofollow ugc'],
        ]);
        await visitor.untilSaid('here (example.org)', 'all (evil.example)');
        t.same(await read(`img')].length`), 0);
        t.equal(await read(`strong')].at(-1).textContent`), 'done');
        const fetched = await tab.read<string>(
          `performance.getEntriesByType('resource').map((one) => one.name).join()`,
        );
        t.notMatch(fetched, /evil\.example/);
        t.equal((await visitor.lines('A scan is fine.')).length, 1);
      });

      await t.test('until Stop is pressed, and the next question gets a reply', async (t) => {
        await visitor.write(`Count (${name}).`);
        const turn = await server.waitForTurn(`Count (${name}).`);
        turn.write('One, two, ');
        await visitor.untilSaid('One, two,');
        await visitor.press('Stop');
        await until(() => turn.isAborted);
        await visitor.untilSaid('Cancelled.');
        t.equal((await visitor.lines('One, two,')).length, 1, 'the partial reply stays');

        await visitor.write(`And then (${name})?`);
        const next = await server.waitForTurn(`And then (${name})?`);
        next.write('Three.');
        next.end();
        await visitor.untilSaid('Three.');
      });

      await t.test('also after a reload in its middle', async (t) => {
        await visitor.write(`A story (${name})?`);
        const turn = await server.waitForTurn(`A story (${name})?`);
        turn.write('Once upon ');
        await visitor.untilSaid('Once upon');
        await tab.reload();
        turn.write('a time ');
        await visitor.untilSaid('Once upon a time');
        turn.write('there was ');
        await visitor.untilSaid('Once upon a time there was');
        turn.write('a PDF.');
        turn.end();
        await visitor.untilSaid('Once upon a time there was a PDF.');
        await until(() => tab.read(`!${IN_BUBBLES} [aria-hidden]').length`));

        for (const words of [
          'A story',
          'Once upon',
          'A scan is fine.',
          'Count (',
          'One, two,',
          'Three.',
        ])
          t.equal((await visitor.lines(words)).length, 1, `${words} appears once`);
      });

      const stored = await server.sql<{body: string; state: string}[]>`
        select body, state from messages where session_uuid = ${uuid} and role = 'maria' order by id`;
      t.same(
        stored.map(({body, state}) => `${state}: ${body.slice(0, 9)}`),
        ['complete: A scan is', 'complete: One, two,', 'complete: Three.', 'complete: Once upon'],
      );
      t.same(browser.noise, [], 'the console stayed empty');
    });
  }
});
