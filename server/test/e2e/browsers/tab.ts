import type {Test} from 'tap';

/** An expression of the page whose value is an element. */
export type ElementExpression = string;

/** What a visitor does in a tab, as far as every browser's own way of being driven can do it. */
export interface Tab {
  go(url: string): Promise<void>;
  reload(): Promise<void>;
  /** Brings it before the others: what lies behind is hidden, and rests. */
  show(): Promise<void>;
  read<T>(expression: string): Promise<T>;
  click(element: ElementExpression): Promise<void>;
  type(element: ElementExpression, text: string): Promise<void>;
  choose(element: ElementExpression, paths: string[]): Promise<void>;
  close(): Promise<void>;
}

/** One browser with one visitor: its tabs share what the pages store. */
export interface VisitorBrowser {
  openTab(): Promise<Tab>;
  /** What consoles and uncaught errors said, where the browser tells. */
  noise: string[];
}

export interface BrowserKind {
  name: string;
  /** Why it cannot be tested here, for tap's `skip`. The runner has said so aloud. */
  missing: string | false;
  start(t: Test): Promise<VisitorBrowser>;
}
