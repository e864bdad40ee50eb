import type {Language} from '../../i18n/languages.js';

/** Returns a text in a language. Lines are drawn with it, so that a new language reaches old lines. */
export type TextOf = (language: Language) => string;

export interface Line<Message = unknown> {
  id: number;
  from: 'maria' | 'visitor';
  text: TextOf;
  /** When it was said, in ms since 1970; 0 for a line that is repeated after a reload. */
  at: number;
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
  private lastId = 0;

  constructor(private readonly onChange: () => void) {}

  say(from: Line['from'], text: TextOf, step: string | null = null, at = Date.now()) {
    this.lines = [...this.lines, {id: ++this.lastId, from, text, at, step}];
    this.onChange();
  }

  /** Returns the newest answer to a step. */
  answerTo(step: string) {
    return this.lines.filter((line) => line.step === step).at(-1);
  }

  /** Replaces the text of an answer that another tab has corrected. */
  correct(line: Line, text: TextOf) {
    line.text = text;
    this.onChange();
  }

  /** Inserts a line at its place in time. */
  insert(added: Omit<Line, 'id' | 'step'>): Line {
    const line = {...added, id: ++this.lastId, step: null};
    const after = this.lines.findIndex(({at}) => at > line.at);
    const at = after < 0 ? this.lines.length : after;
    this.lines = [...this.lines.slice(0, at), line, ...this.lines.slice(at)];
    this.onChange();
    return line;
  }

  /** Orders stored messages by the backend's numbers, because clocks differ. */
  number(line: Line, number: number) {
    line.number = number;
    const others = this.lines.filter((one) => one !== line);
    const lower = others.findLastIndex((one) => one.number! < number);
    const higher = others.findIndex((one) => one.number! > number);
    const place = Math.max(this.lines.indexOf(line), lower + 1);
    others.splice(higher < 0 ? place : Math.min(place, higher), 0, line);
    this.lines = others;
    this.onChange();
  }

  async typeFor(ms: number) {
    this.showTyping(true);
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
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
