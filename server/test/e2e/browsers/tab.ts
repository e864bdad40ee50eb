import type {Test} from 'tap';

/** An expression of the page whose value is an element. */
export type ElementExpression = string;

/** Actions of a visitor in a tab that the drivers of all browsers support. */
export interface Tab {
  go(url: string): Promise<void>;
  reload(): Promise<void>;
  /** Brings the tab to the front, because hidden tabs are paused. */
  show(): Promise<void>;
  read<T>(expression: string): Promise<T>;
  click(element: ElementExpression): Promise<void>;
  type(element: ElementExpression, text: string): Promise<void>;
  choose(element: ElementExpression, paths: string[]): Promise<void>;
  close(): Promise<void>;
}

/** A browser with one visitor. Its tabs share their storage. */
export interface VisitorBrowser {
  openTab(): Promise<Tab>;
  /** Console output and uncaught errors, if the browser reports them. */
  noise: string[];
}

export interface BrowserKind {
  name: string;
  /** Reason why the browser cannot be tested, for tap's `skip`. The test runner reports it. */
  missing: string | false;
  start(t: Test): Promise<VisitorBrowser>;
}
