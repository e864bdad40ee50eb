import {until} from '../../until.js';
import type {ElementExpression, Tab} from './tab.js';

/** Actions and observations of a visitor in any browser, by role and name. */
export class Visitor {
  constructor(protected readonly tab: Tab) {}

  async press(name: string): Promise<void> {
    const button = find('button', name);
    await this.untilThere(button, `the button “${name}”`);
    await this.activate(button);
  }

  /** Presses a button. */
  protected activate(button: ElementExpression): Promise<void> {
    return this.tab.click(button);
  }

  /** Types into the field with this label and sends the text with Enter. */
  async answer(label: string, text: string): Promise<void> {
    const field = find('input', label);
    await this.untilThere(field, `the field “${label}”`);
    await this.tab.type(field, text);
    await this.press('Send');
  }

  /** Writes a message and sends it with Enter. */
  async write(text: string): Promise<void> {
    const field = find('textarea');
    await this.untilThere(field, 'the field for messages');
    await this.tab.type(field, `${text}\n`);
  }

  async choose(paths: string[]): Promise<void> {
    const chooser = find('input[type=file]');
    await this.untilThere(chooser, 'the file chooser');
    await this.tab.choose(chooser, paths);
  }

  async untilSaid(...words: string[]): Promise<void> {
    for (const word of words) {
      await this.untilThere(`(${TEXT})().includes(${JSON.stringify(word)})`, `“${word}”`);
    }
  }

  async untilGone(...words: string[]): Promise<void> {
    for (const word of words) {
      await this.untilThere(`!(${TEXT})().includes(${JSON.stringify(word)})`, `“${word}” to go`);
    }
  }

  /** Returns the lines of the conversation that contain these words. */
  async lines(words: string): Promise<string[]> {
    const all = await this.tab.read<string[]>(`(${LINES})()`);
    return all.filter((line) => line.includes(words));
  }

  getStored(key: string): Promise<string | null> {
    const name = JSON.stringify(`maria-chat:demo:${key}`);
    return this.tab.read<string | null>(`localStorage.getItem(${name})`);
  }

  protected async untilThere(expression: string, what: string): Promise<void> {
    const isThere = () => this.tab.read<boolean>(`Boolean(${expression})`);
    await until(isThere).catch(async () => {
      const text = await this.tab.read<string>(`(${TEXT})()`);
      throw new Error(`${what} did not appear. The page shows: ${text}`);
    });
  }
}

// Page scripts are strings, because the types of a page are not those of the server.
const ROOTS = `[document, document.querySelector('maria-chat')?.shadowRoot].filter(Boolean)`;

/** Finds the last match, because the current question appears below earlier ones. */
const FIND = `(selector, name) => ${ROOTS}
  .flatMap((root) => [...root.querySelectorAll(selector)])
  .filter((one) => one.type === 'file' || (one.checkVisibility() && !one.disabled))
  .findLast((one) => {
    const label = one.labels?.[0]?.textContent;
    const names = [one.getAttribute('aria-label'), label, one.textContent];
    return (names.find((text) => text?.trim()) ?? '').trim().startsWith(name);
  })`;

/** Returns an expression for the last visible element with this name. */
export const find = (selector: string, name = ''): ElementExpression =>
  `(${FIND})(${JSON.stringify(selector)}, ${JSON.stringify(name)})`;

const LINES = `() => [...document.querySelector('maria-chat').shadowRoot.querySelectorAll('.bubble')]
  .map(({textContent}) => textContent.replace(/\\s+/g, ' ').trim())`;

const TEXT = `() => ${ROOTS}
  .map((root) => (root.body ?? root.querySelector('[role=dialog]'))?.innerText ?? '')
  .join('\\n')`;
