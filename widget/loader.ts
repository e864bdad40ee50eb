import {createLauncher, launcherStyles, launcherWords} from './launcher.js';
import {applyLooks} from './looks.js';
import type {MariaChat} from './maria-chat.js';
import {watchOwnButton} from './own-button.js';
import {recall} from './storage.js';

/** Put in by the build: the name of the module that holds the rest, and the version. */
declare const CHAT_MODULE: string;
declare const VERSION: string;

type Method =
  | 'open'
  | 'close'
  | 'toggle'
  | 'show'
  | 'hide'
  | 'prefill'
  | 'sendMessage'
  | 'setLang'
  | 'setTheme'
  | 'reset'
  | 'destroy';
/** The script tag's attributes, in camel case, for pages whose tag manager strips `data-…`. */
export type MariaChatSettings = Record<string, string | undefined>;
type Call = (...values: unknown[]) => Promise<unknown>;
type Calls = Record<string, Call | null>;
/** May be called before the script has loaded; whoever loads it answers in turn. */
export type MariaChatGlobal = Pick<MariaChat, Method> & {
  (method: string, ...values: unknown[]): Promise<unknown>;
  q?: [string, ...unknown[]][];
  version?: string;
  element?: HTMLElement;
  ready?: Promise<HTMLElement>;
};

declare global {
  interface Window {
    MariaChat?: MariaChatGlobal;
    MariaChatSettings?: MariaChatSettings;
  }
}

const findScript = () => {
  // Read at once: it is null in every later task.
  const current = document.currentScript as HTMLScriptElement | null;
  return current?.src
    ? current
    : document.querySelector<HTMLScriptElement>('script[src*="maria-chat.js"]');
};

/** Tag managers strip `data-…`; then the same is read from the page or from the script's address. */
const readSettings = (script: HTMLScriptElement | null, source: URL): MariaChatSettings => ({
  ...Object.fromEntries(source.searchParams),
  ...window.MariaChatSettings,
  ...script?.dataset,
});

/** The backend's URL: that of the script, without the folder that names a version. */
const baseOf = (source: URL) =>
  source.origin + source.pathname.replace(/(\/(v1|widget|\d+\.\d+\.[^/]+))?\/[^/]*$/, '');

const start = () => {
  const script = findScript();
  // Never the page's own query: whoever writes a link could name a backend in it.
  const source = new URL(script?.src ?? '/', document.baseURI);
  const settings = readSettings(script, source);
  const api = (settings['api'] || baseOf(source)).replace(/\/$/, '');
  const host = makeHost({...settings, api});
  const launcher = createLauncher(host);
  draw(host, launcher);

  let loading: Promise<MariaChat> | undefined;
  // Browsers remember a failure: the second URL is for a connection that was interrupted. It is a
  // folder, because the chat imports its parts relative to itself. The third URL is for a release
  // whose files are gone: it imports the present one.
  const load = () =>
    (loading ??= import(`${api}/widget/${CHAT_MODULE}`)
      .catch(() => import(`${api}/widget/again/${CHAT_MODULE}`))
      .catch(() => import(`${api}/widget/maria-chat.esm.js`))
      .then(
        () => host,
        (error: unknown) => {
          loading = undefined;
          apologise(host);
          throw error;
        },
      ));
  const ending = new AbortController();
  const {signal} = ending;
  const toggle = () => {
    launcher.ariaBusy = 'true';
    load()
      .then(
        (chat) => chat.toggle(),
        (error: unknown) => {
          report(error);
          // Where it is not the line, nobody tells when to try again.
          if (!navigator.onLine) addEventListener('online', toggle, {once: true, signal});
        },
      )
      .finally(() => (launcher.ariaBusy = null));
  };
  /** Whether it comes matters once the button is pressed. */
  const preload = () => void load().catch(() => 0);
  const methods = methodsBefore(host, launcher);
  const call = async (method: string, ...values: unknown[]): Promise<unknown> => {
    if (method === 'destroy') {
      ending.abort();
      delete window.MariaChat;
    }
    const calls = (loading || !methods[method] ? await load() : methods) as unknown as Calls;
    return calls[method]?.(...values);
  };

  offer(call, Object.keys(methods), host, settle(host, signal));
  watchLauncher(launcher, preload, toggle);
  watchOwnButton(host, toggle, signal);
  if (wantsOpen(settings)) void load().then((chat) => chat.open({isQuiet: true}), report);
  else if (settings['load'] === 'eager') preload();
  else if (settings['load'] === 'idle') window.requestIdleCallback?.(preload);
};

const makeHost = (settings: MariaChatSettings) => {
  const host = document.createElement('maria-chat');
  for (const [name, value] of Object.entries(settings)) {
    // Not `data-style`, `data-onload` and the like; `offsetX` is `offset-x`.
    if (value && (name === 'lang' || !(name in HTMLElement.prototype)))
      host.setAttribute(name.replace(/[A-Z]/g, '-$&'), value);
  }
  applyLooks(host);
  return host;
};

const draw = (host: HTMLElement, launcher: HTMLElement) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(launcherStyles);
  const root = host.attachShadow({mode: 'open'});
  root.adoptedStyleSheets = [sheet];
  root.append(launcher);
};

/** On the page, and on what takes the place of its body in a single-page application. */
const settle = (host: HTMLElement, signal: AbortSignal) =>
  new Promise<HTMLElement>((resolve) => {
    let home: HTMLElement | undefined;
    const enter = (changes: MutationRecord[] = []) => {
      const {body} = document;
      if (host.isConnected || !body) return;
      // Gone alone from a body that is still there: somebody has taken it out.
      if (body === home && !changes.some(({removedNodes}) => removedNodes[1])) return;
      home = body;
      home.append(host);
      observer.observe(home, {childList: true});
      resolve(host);
    };
    const observer = new MutationObserver(enter);
    observer.observe(document.documentElement, {childList: true});
    signal.addEventListener('abort', () => observer.disconnect());
    enter();
  });

/** What each method does before anything is loaded. Null: it begins a conversation, or needs one. */
const methodsBefore = (
  host: HTMLElement,
  launcher: HTMLElement,
): Calls & Record<Method, Call | null> => {
  const set = (name: string) => async (value: unknown) => host.setAttribute(name, value as string);
  return {
    sendMessage: null,
    open: null,
    toggle: null,
    prefill: null,
    reset: null,
    show: async () => (launcher.hidden = false),
    hide: async () => (launcher.hidden = true),
    close: async () => undefined,
    setLang: set('lang'),
    setTheme: set('theme'),
    destroy: async () => host.remove(),
  };
};

const offer = (
  call: (method: string, ...values: unknown[]) => Promise<unknown>,
  names: string[],
  host: HTMLElement,
  ready: Promise<HTMLElement>,
) => {
  const queued = window.MariaChat?.q ?? [];
  window.MariaChat = Object.assign(
    call,
    Object.fromEntries(names.map((name) => [name, call.bind(null, name)])),
    {version: VERSION, element: host, ready},
  ) as unknown as MariaChatGlobal;
  void ready.then(() => {
    host.dispatchEvent(new Event('maria-ready', {bubbles: true}));
    for (const [method, ...values] of queued) void call(method, ...values).catch(report);
  });
};

/** Whoever comes near the button is likely to press it; nobody else pays for what is behind it. */
const watchLauncher = (launcher: HTMLElement, load: () => void, toggle: () => void) => {
  // A finger's touch is a pointer that enters, too.
  launcher.addEventListener('pointerenter', load);
  launcher.addEventListener('focus', load);
  launcher.addEventListener('click', toggle);
};

const wantsOpen = ({site = 'demo', open, mode}: MariaChatSettings) =>
  mode === 'inline' || open === 'true' || (open !== 'false' && recall(site, 'open'));

const apologise = (host: HTMLElement) => {
  const excuse = document.createElement('output');
  excuse.append(launcherWords(host)[1]);
  host.shadowRoot!.append(excuse);
  setTimeout(() => excuse.remove(), 8_000);
};

const report = (error: unknown) => console.error('Maria Chat:', error);

if (window.MariaChat?.version) {
  console.info('Maria Chat: second script ignored');
} else {
  start();
}
