import type {Language} from '../../i18n/languages.js';

/** Made when a line is drawn, so that a change of language reaches what was said before. */
export type LineText = (language: Language) => string;

export interface Line {
  id: number;
  from: 'maria' | 'visitor';
  text: LineText;
  /** When it was said, in ms; 0 for what was said elsewhere, and is only told again. */
  at: number;
  /** Number of the message at the backend, once it is stored there. */
  number?: number;
  /** The step that it answers. */
  step: string | null;
  /** Shown in the place of the words, which are what a saved transcript has. */
  view?: (language: Language) => unknown;
}

/** What has been said, and whether Maria is about to say more. */
export class Transcript {
  lines: Line[] = [];
  isTyping = false;
  private lastId = 0;

  constructor(private readonly onChange: () => void) {}

  say(from: Line['from'], words: LineText, step: string | null = null, at = Date.now()) {
    this.lines = [...this.lines, {id: ++this.lastId, from, text: words, at, step}];
    this.onChange();
  }

  /** The newest one to a step. */
  answerTo(step: string) {
    return this.lines.filter((line) => line.step === step).at(-1);
  }

  /** What was said before may be learned later: it goes to its place in time. */
  insert(said: Omit<Line, 'id' | 'step'>): Line {
    const line = {...said, id: ++this.lastId, step: null};
    const after = this.lines.findIndex(({at}) => at > line.at);
    const at = after < 0 ? this.lines.length : after;
    this.lines = [...this.lines.slice(0, at), line, ...this.lines.slice(at)];
    this.onChange();
    return line;
  }

  /** Clocks differ, so messages that the backend has are in the order of its numbers. */
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
