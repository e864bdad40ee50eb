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

/** A tab of a browser whose driver also has a keyboard and a touchscreen. */
export interface InputTab extends Tab {
  /** Presses a key where the focus is, such as `Tab` or `Shift+Tab`. */
  press(key: string): Promise<void>;
  /** Types where the focus is. */
  enter(text: string): Promise<void>;
  tap(element: ElementExpression): Promise<void>;
  /** Chooses files in the dialog that `open` opens. */
  chooseInDialog(open: () => Promise<void>, paths: string[]): Promise<void>;
}

/** A browser with one visitor. Its tabs share their storage. */
export interface VisitorBrowser<AnyTab extends Tab = Tab> {
  openTab(): Promise<AnyTab>;
  /** Console output and uncaught errors, if the browser reports them. */
  noise: string[];
}

export interface BrowserOptions {
  /** Language that the browser prefers (default: en-GB). */
  language?: string;
  /** Whether the screen is small, and has no mouse. */
  isPhone?: boolean;
}

/** Screen of a small phone, in CSS pixels. */
export const PHONE_SCREEN = {width: 375, height: 667};

export interface BrowserKind<AnyTab extends Tab = Tab> {
  name: string;
  /** Reason why the browser cannot be tested, for tap's `skip`. The test runner reports it. */
  missing: string | false;
  start(t: Test, options?: BrowserOptions): Promise<VisitorBrowser<AnyTab>>;
}
