import type {Step} from '../../../server/contract/conversation.js';

import type {Language} from '../../i18n/languages.js';
import type {SiteStorage} from '../session/storage.js';
import {parse, toJson} from '../transport/json.js';
import {delay} from '../transport/retry.js';

/** Number of messages before a question or an answer of a step, by speaker and step. */
export const PLACES_KEY = 'places';

/** Returns a text in a language. Lines are drawn with it, so that a new language reaches old lines. */
export interface TextOf {
  (language: Language): string;
  /** Step at which Maria says this. */
  askedStep?: Step;
}

export interface Line<Message = unknown> {
  from: 'maria' | 'visitor';
  text: TextOf;
  /** When it was said, in ms since 1970; 0 for a line that is repeated after a reload. */
  at: number;
  /** Number of messages before a line that is repeated. */
  place?: number;
  /** Number of the message at the backend, once it is stored there. */
  number?: number;
  /** Id of the step that the line answers. */
  step: string | null;
  /** The message that the line shows, in the live part of the conversation. */
  message?: Message;
}

/** Lines of the conversation, and whether Maria is typing. */
export class Transcript {
  lines: readonly Line[] = [];
  isTyping = false;

  constructor(
    private readonly storage: Readonly<SiteStorage>,
    private readonly onChange: () => void,
  ) {}

  /** Adds a line at the end, or among the others if it is repeated. */
  say(from: Line['from'], text: TextOf, step: string | null = null, at = Date.now()) {
    const {lines} = this;
    const key = `${from}.${step ?? text.askedStep?.id}`;
    const places = (parse(this.storage.get(PLACES_KEY)) ?? {}) as Record<string, number>;
    const messages = lines.filter(({message}) => message);
    // The messages of this tab may not be loaded yet.
    const place = at ? Math.max(messages.length, ...Object.values(places)) : (places[key] ?? 0);
    if (place) this.storage.set(PLACES_KEY, toJson({...places, [key]: place}));
    const line = {from, text, at, step};
    if (at) return this.arrange([...lines, line]);
    const after = lines.findIndex((other) => other.place! > place);
    const index = after < 0 ? lines.length : after;
    this.arrange([...lines.slice(0, index), {...line, place}, ...lines.slice(index)]);
  }

  /** Returns the newest answer to a step. */
  answerTo(step: string) {
    return this.lines.findLast((line) => line.step === step);
  }

  /** Removes a question that was not answered since, before it is asked again or left. */
  removeOpen(step: Step) {
    const answered = this.lines.indexOf(this.answerTo(step.id)!);
    this.arrange(
      this.lines.filter(({text}, index) => text.askedStep?.id !== step.id || index < answered),
    );
  }

  /** Shows these lines: the same ones in another order, or further ones among them. */
  arrange(lines: readonly Line[]) {
    this.lines = lines;
    this.onChange();
  }

  async typeFor(ms: number) {
    this.showTyping(true);
    if (ms > 0) await delay(ms);
  }

  showTyping(isTyping: boolean) {
    this.isTyping = isTyping;
    this.onChange();
  }

  clear() {
    this.lines = [];
    this.isTyping = false;
  }
}
