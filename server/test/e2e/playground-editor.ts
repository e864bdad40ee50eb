import type {Browser, BrowserContextOptions, Locator, Page} from 'playwright-core';
import type {Test} from 'tap';

import type {Conversation, QuestionStep} from '../../contract/conversation.js';
import {until} from '../until.js';
import {openDemo} from './browser.js';

/** Buttons that add a question, with the kind and the question that it begins with. */
export const KINDS: [string, QuestionStep['kind'], string][] = [
  ['Text', 'text', 'Which company do you work for?'],
  ['Long text', 'long_text', 'How can we help you?'],
  ['Choice', 'choice', 'Which service do you need?'],
  ['Yes or no', 'yes_no', 'Are you a customer already?'],
  ['Number', 'number', 'How many people are you?'],
  ['Date', 'date', 'On which day do you want to begin?'],
  ['Phone number', 'phone', 'At which phone number can we call you?'],
  ['Web address', 'url', 'Where is your website?'],
];
export const ACCEPTED = 'The server accepts these questions.';

export interface Editor {
  page: Page;
  noise: string[];
  /** The chat in the preview. */
  chat: Locator;
  /** The properties of the open question. */
  card: Locator;
  add: (kind: string) => Promise<void>;
  press: (name: string) => Promise<void>;
  /** Returns the conversation that the page offers to copy. */
  getConversation: () => Promise<Conversation>;
  getQuestions: () => Promise<QuestionStep[]>;
  untilReported: (words: string) => Promise<void>;
}

/** Opens the playground with its questions. The context is closed with the test. */
export const openEditor = async (
  t: Test,
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Editor> => {
  const {page, context, noise} = await openDemo(browser, url, options);
  t.teardown(() => context.close());
  const card = page.locator('#steps .open');
  const press = (name: string) => page.getByRole('button', {name, exact: true}).click();
  const getConversation = async () => {
    const text = await page.locator('#snippet').innerText();
    return (JSON.parse(text) as {conversation: Conversation}).conversation;
  };
  return {
    page,
    noise,
    card,
    press,
    chat: page.frameLocator('#preview').locator('maria-chat'),
    add: async (kind) => {
      const count = await page.locator('#steps .question').count();
      await press(kind);
      await page.locator('#steps .question').nth(count).waitFor();
      t.equal(await getFocusedName(page), 'Question', `the text of ${kind} has the focus`);
      // The code follows after a pause.
      await until(async () => countQuestions(await getConversation()) === count + 1);
    },
    getConversation,
    getQuestions: async () =>
      (await getConversation()).steps.filter((step): step is QuestionStep => 'kind' in step),
    untilReported: (words) => page.locator('#report').getByText(words).waitFor(),
  };
};

const countQuestions = ({steps}: Conversation): number =>
  steps.filter((step) => 'kind' in step).length;

/** Waits until the description of a control contains words. */
export const untilDescribed = async (control: Locator, words: string): Promise<void> => {
  const read = async () => {
    const ids = (await control.getAttribute('aria-describedby'))?.split(' ') ?? [];
    const found = ids.map((id) => control.page().locator(`#${id}`).textContent());
    return (await Promise.all(found)).join(' ');
  };
  await until(async () => (await read()).includes(words)).catch(async () => {
    throw new Error(`Expected “${words}”, not “${await read()}”.`);
  });
};

export const getFocusedName = (page: Page): Promise<string> => page.evaluate<string>(FOCUSED_NAME);

// Page scripts are strings, because the types of a page are not those of the server.
const FOCUSED_NAME = `(() => {
  const {activeElement: active} = document;
  const label = active.labels?.[0]?.textContent;
  return (active.getAttribute('aria-label') ?? label ?? active.textContent).trim();
})()`;
