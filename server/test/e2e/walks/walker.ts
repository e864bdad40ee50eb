import {textsFor} from '../../../translations/translations.js';
import type {InputTab, VisitorBrowser} from '../browsers/tab.js';
import {Visitor, find} from '../browsers/visitor.js';
import type {ExampleVisit} from './example.js';
import type {Hand} from './hands.js';
import type {WidgetTexts} from './widget-texts.js';

/** Values of the options that a visitor chooses, and the visitor's own words. */
interface Chosen {
  options?: string[];
  other?: string;
}

interface WalkerParts {
  tab: InputTab;
  hand: Hand;
  texts: WidgetTexts;
  visit: ExampleVisit;
}

const FIELD = find('.question #answer');
const OWN_WORDS = find('.question input[name=other]');

/** A visitor who answers the questions of an example. Each answer is recorded in `visit`. */
export class Walker extends Visitor {
  readonly visit: ExampleVisit;
  private readonly hand: Hand;
  private readonly texts: WidgetTexts;

  constructor({tab, hand, texts, visit}: WalkerParts) {
    super(tab);
    this.hand = hand;
    this.texts = texts;
    this.visit = visit;
  }

  protected override activate(button: string): Promise<void> {
    return this.hand.activate(button);
  }

  /** Presses the button with this text of the widget. */
  pressText(key: string): Promise<void> {
    return this.press(this.getText(key));
  }

  /** Answers a question for the name or the e-mail address. */
  async fill(labelKey: 'nameLabel' | 'emailLabel', text: string): Promise<void> {
    const field = find('.tray input', this.getText(labelKey));
    await this.untilThere(field, `the field ${labelKey}`);
    await this.hand.write(field, text);
    await this.send(field);
  }

  /** Types an answer. `value` and `label` are what is stored, if they differ from the text. */
  async type(field: string, text: string, value: string | number = text, label = `${value}`) {
    await this.untilAsked(field);
    await this.untilThere(FIELD, `the field of ${field}`);
    await this.hand.write(FIELD, text);
    await this.send(FIELD);
    this.visit.record(field, value, label);
  }

  /** Chooses a date as the browser's own calendar does, or types its digits. */
  async chooseDate(field: string, date: string, digits?: string): Promise<void> {
    await this.untilAsked(field);
    await this.untilThere(FIELD, `the field of ${field}`);
    if (digits !== undefined) await this.hand.write(FIELD, digits);
    else await this.tab.read(`(${SET_VALUE})(${FIELD}, '${date}')`);
    await this.untilThere(`${FIELD}.value === '${date}'`, `the date ${date}`);
    await this.send(FIELD);
    const locale = `${this.visit.language}-u-nu-latn`;
    const format = new Intl.DateTimeFormat(locale, {dateStyle: 'long', timeZone: 'UTC'});
    this.visit.record(field, date, format.format(new Date(date)));
  }

  async pressOption(field: string, option: string): Promise<void> {
    await this.untilAsked(field);
    const label = this.visit.getLabel(field, option);
    await this.press(label);
    this.visit.record(field, option, label);
  }

  async pressYesOrNo(field: string, value: boolean): Promise<void> {
    await this.untilAsked(field);
    const label = this.getText(value ? 'yes' : 'no');
    await this.press(label);
    this.visit.record(field, value, label);
  }

  /** Chooses options of a list, in the order of the list. */
  async chooseOptions(field: string, {options = [], other}: Chosen): Promise<void> {
    await this.untilAsked(field);
    const labels = options.map((option) => this.visit.getLabel(field, option));
    for (const label of other === undefined ? labels : [...labels, this.getText('other')]) {
      const option = find('.question label', label);
      await this.untilThere(option, `the option “${label}”`);
      await this.hand.select(`${option}.querySelector('input')`);
    }
    if (other !== undefined) await this.hand.write(OWN_WORDS, other);
    await this.pressText('goOn');
    const chosen = [...options, ...(other === undefined ? [] : [{other}])];
    const value = this.visit.isMultiple(field) ? chosen : chosen[0]!;
    const list = new Intl.ListFormat(this.visit.language, {style: 'narrow'});
    this.visit.record(field, value, list.format([...labels, other ?? []].flat()));
  }

  async skip(field: string): Promise<void> {
    await this.untilAsked(field);
    await this.pressText('skip');
  }

  async uploadFiles(paths: string[]): Promise<void> {
    await this.untilThere(find('#picker'), 'the field for files');
    await this.hand.chooseFiles(paths);
    await this.pressText('upload');
    await this.untilSaid(this.getText('success'));
    await this.pressText('done');
  }

  /** Chooses another answer for an earlier question. */
  async change(field: string): Promise<void> {
    const answer = this.visit.getAnswer(field);
    await this.press(this.getText('changeAnswer').replace('{answer}', answer));
  }

  /** Presses a button of the dialog that asks whether the visitor is sure. */
  async pressInDialog(key: string): Promise<void> {
    const button = find('[role=alertdialog] button', this.getText(key));
    await this.untilThere(button, `the button ${key} of the dialog`);
    await this.activate(button);
  }

  /** Confirms the e-mail address in another tab, and waits until Maria thanks for it. */
  async confirm(browser: VisitorBrowser, link: string, tab: InputTab): Promise<void> {
    const mailTab = await browser.openTab();
    const reader = new Visitor(mailTab);
    await mailTab.go(link);
    const texts = textsFor(this.visit.language);
    await reader.press(texts.confirmButton);
    await reader.untilSaid(texts.doneTitle);
    await mailTab.close();
    await tab.show();
    await this.untilLastLine(this.visit.getText('complete'));
  }

  /** Waits for a step that asks with the widget's own words. */
  untilStep(id: string): Promise<void> {
    const step = `document.querySelector('maria-chat').step`;
    return this.untilThere(`${step} === '${id}'`, `the step ${id}`);
  }

  /** Waits until the newest line is the question for this field. */
  async untilAsked(field: string): Promise<void> {
    await this.untilLastLine(this.visit.getText(field));
  }

  private untilLastLine(words: string): Promise<void> {
    const wanted = JSON.stringify(words.replace(/\s+/g, ' '));
    return this.untilThere(`(${LAST_LINE})().includes(${wanted})`, `“${words}”`);
  }

  private send(field: string): Promise<void> {
    return this.hand.send(field, find('button', this.getText('send')));
  }

  private getText(key: string): string {
    const text = this.texts[key];
    if (text === undefined) throw new Error(`The widget has no text ${key}.`);
    return text;
  }
}

const SET_VALUE = `(input, value) => {
  input.value = value;
  input.dispatchEvent(new Event('input', {bubbles: true}));
}`;

/** The newest line, without the characters that isolate inserted answers. */
const LAST_LINE = `() => {
  const lines = document.querySelector('maria-chat').shadowRoot.querySelectorAll('.bubble');
  const text = [...lines].at(-1)?.textContent ?? '';
  return text.replace(/[\\u2066-\\u2069]/g, '').replace(/\\s+/g, ' ');
}`;
