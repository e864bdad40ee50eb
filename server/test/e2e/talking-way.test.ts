import t from 'tap';

import {getConfirmationLink} from '../mailbox.js';
import {makePdf} from '../pdf.js';
import {startServer} from '../start-server.js';
import {until} from '../until.js';
import {chromium} from './browsers/chromium.js';
import {firefox} from './browsers/firefox.js';
import type {Tab} from './browsers/tab.js';
import {CHAT_STEPS, openChat, createCaller, setConversation, startChatServer} from './live-chat.js';

/** Returns the number of completed calls whose URL ends with this path. */
const calls = (tab: Tab, path: string) =>
  tab.read<number>(
    `performance.getEntriesByType('resource').filter(({name}) => name.endsWith('${path}')).length`,
  );

/**
 * Waits for three seconds of the countdown, longer than the widget's poll interval without events.
 */
const untilCounted = async (tab: Tab): Promise<void> => {
  const seconds = () =>
    tab.read<number>(
      `Number(document.querySelector('maria-chat').shadowRoot.textContent.match(/Send again \\((\\d+) s/)[1])`,
    );
  const before = await seconds();
  await until(async () => (await seconds()) <= before - 3);
};

const look = (tab: Tab, isHidden: boolean) =>
  tab.read(`(() => {
    Object.defineProperty(document, 'hidden', {configurable: true, value: ${isHidden}});
    document.dispatchEvent(new Event('visibilitychange'));
  })()`);

t.test('visitors ask questions during the conversation and after it', async (t) => {
  const server = await startChatServer(t);
  const {live, messageService} = server;

  const asking = {id: 'ai_answers', type: 'consent', purpose: 'ai_answers'};
  const quiet = await startServer(t, {repliesToMessages: true});
  await setConversation(quiet, CHAT_STEPS.toSpliced(1, 0, asking));

  for (const kind of [chromium, firefox]) {
    const {name, missing} = kind;
    await t.test(`in ${name}`, {skip: missing}, async (t) => {
      const browser = await kind.start(t);

      await t.test('a visitor who refuses AI replies is asked for an e-mail address', async (t) => {
        const {tab, visitor} = await openChat(browser, quiet.url, async (visitor) => {
          await visitor.untilSaid('May our AI assistant read the files you upload');
          await visitor.press('I do not agree');
        });
        await visitor.write('Who are you?');
        await visitor.untilSaid('Thank you for your message.', 'Please leave your e‑mail address');
        await visitor.press('Continue');
        await visitor.untilSaid('Please add your documents.');

        const uuid = await visitor.getStored('session_uuid');
        const decided = await quiet.sql`
          select purpose, decision from consents where session_uuid = ${uuid} order by id`;
        t.same(decided, [
          {purpose: 'personal_data', decision: 'granted'},
          {purpose: 'ai_answers', decision: 'refused'},
        ]);
        await tab.close();
      });

      const {tab, visitor} = await openChat(browser, server.url);
      const address = `vera@${name.toLowerCase()}.example`;
      const caller = await createCaller({tab, visitor}, server.url);

      await t.test('a missing reply is reported, and the conversation continues', async () => {
        await visitor.write(`Break (${name}).`);
        const turn = await server.waitForTurn(`Break (${name}).`);
        turn.write('I thi');
        await visitor.untilSaid('I thi');
        turn.abort();
        await visitor.untilSaid('Sorry, I couldn’t finish this answer.');
        await visitor.press('Continue');
        await caller.upload(makePdf(), {name: 'way.pdf'});
        await visitor.untilSaid('way.pdf');
        await visitor.press('Done & continue');
        await visitor.answer('Your name', 'Vera');
        await visitor.answer('Your e-mail address', address);
        await visitor.untilSaid('Please check your inbox');
      });

      await t.test('the confirmation arrives as an event, without polling', async (t) => {
        await until(() => live.countSubscribers(caller.uuid) === 1);
        await until(async () => {
          const before = await calls(tab, '/api/session');
          await untilCounted(tab);
          return (await calls(tab, '/api/session')) === before;
        });
        const mail = await server.mailbox.waitFor(address);
        await fetch(getConfirmationLink(mail), {method: 'POST'});
        await visitor.untilSaid('Thank you, Vera!');
        t.match(await caller.session(), {body: {state: 'complete'}});
      });

      await t.test('messages in a hidden tab are counted until the visitor returns', async (t) => {
        const title = await tab.read<string>('document.title');
        await visitor.press('Close chat');
        await look(tab, true);
        const say = (count: number) =>
          messageService.writeMessage(caller.uuid, {
            role: 'agent',
            clientId: `call-${count}`,
            body: `Call ${count} of a person.`,
          });
        for (const count of [1, 2]) await say(count);
        await until(async () => (await tab.read('document.title')) === `(2) ${title}`);
        await look(tab, false);
        t.equal(await tab.read('document.title'), title, 'the page’s own title is restored');

        await visitor.press('Open chat, new messages: 2');
        await visitor.untilSaid('Call 1 of a person.', 'Call 2 of a person.');
        await visitor.write(`Are we done (${name})?`);
        const turn = await server.waitForTurn(`Are we done (${name})?`);
        turn.write('You are.');
        turn.end();
        await visitor.untilSaid('You are.');
      });

      t.same(browser.noise, [], 'the console stayed empty');
    });
  }
});
