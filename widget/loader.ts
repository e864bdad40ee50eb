import {applyAccent} from './accent.js';
import type {MariaChat} from './maria-chat.js';
import {createLauncher, launcherStyles, launcherWords} from './launcher.js';
import {recall} from './storage.js';

/** Put in by the build: the name of the module that holds the rest, and the version. */
declare const CHAT_MODULE: string;
declare const VERSION: string;

const ATTRIBUTES = ['site', 'api', 'lang', 'theme', 'accent', 'position', 'open'];
/** Calls that begin a conversation, or need one; the others are done without loading it. */
const METHODS = [
  'open',
  'close',
  'toggle',
  'show',
  'hide',
  'prefill',
  'setLang',
  'setTheme',
  'reset',
  'destroy',
] as const;
/** Below this width the panel covers the page, and nobody wants that on every page they turn to. */
const NARROW = '(width < 600px)';

type Settings = Record<string, string | undefined>;
type Method = (typeof METHODS)[number];
type Calls = Record<Method, (...values: unknown[]) => Promise<unknown>>;
type Global = Calls & {
  (method: Method, ...values: unknown[]): Promise<unknown>;
  q?: [Method, ...unknown[]][];
  version?: string;
  element?: HTMLElement;
  ready?: Promise<HTMLElement>;
};

declare global {
  interface Window {
    MariaChat?: Global;
    MariaChatSettings?: Settings;
  }
}

const findScript = () => {
  // Read at once: it is null in every later task.
  const {currentScript} = document;
  if (currentScript instanceof HTMLScriptElement && currentScript.src) return currentScript;
  return document.querySelector<HTMLScriptElement>(
    'script[data-site][src*="maria-chat"],script[src*="maria-chat.js"]',
  );
};

/** Tag managers strip `data-…`; then the same is read from the page or from the script's address. */
const readSettings = (script: HTMLScriptElement | null, source: URL): Settings => {
  const {locale, ...given}: Settings = {
    lang: script?.dataset['locale'],
    ...Object.fromEntries(source.searchParams),
    ...window.MariaChatSettings,
    ...script?.dataset,
  };
  return {...given, lang: given['lang'] ?? locale};
};

/** The backend is where the script came from, less the folders that only name a version. */
const baseOf = (source: URL) =>
  source.origin + source.pathname.replace(/(v?\d[\w.-]*\/|widget\/)?[^/]*$/, '');

const start = () => {
  const script = findScript();
  const source = new URL(script?.src ?? location.href);
  const settings = readSettings(script, source);
  const base = settings['api'] ? `${settings['api'].replace(/\/$/, '')}/` : baseOf(source);
  const host = makeHost({...settings, api: base.slice(0, -1)});
  const launcher = createLauncher(settings['lang'] ?? null);
  draw(host, launcher);

  let loading: Promise<MariaChat> | undefined;
  const load = () =>
    (loading ??= importTwice(`${base}widget/${CHAT_MODULE}`).then(
      () => host,
      (error: unknown) => {
        loading = undefined;
        apologise(host, settings['lang'] ?? null);
        throw error;
      },
    ));
  const isLoaded = () => loading !== undefined;

  offerMethods(host, launcher, {load, isLoaded});
  watchLauncher(launcher, load);
  if (wantsOpen(settings)) void load().then((chat) => chat.open({isQuiet: true}), report);
};

const makeHost = (settings: Settings) => {
  const host = document.createElement('maria-chat');
  for (const name of ATTRIBUTES) {
    const value = settings[name];
    if (value) host.setAttribute(name, value);
  }
  applyAccent(host, settings['accent'] ?? null);
  return host;
};

const draw = (host: HTMLElement, launcher: HTMLElement) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(launcherStyles);
  const root = host.shadowRoot ?? host.attachShadow({mode: 'open'});
  root.adoptedStyleSheets = [sheet];
  root.append(launcher);
};

/** A connection that failed once is tried once more, under another address: browsers remember the failure. */
const importTwice = (url: string): Promise<unknown> =>
  import(url).catch(() => import(`${url}?again`));

const offerMethods = (
  host: HTMLElement,
  launcher: HTMLElement,
  {load, isLoaded}: {load: () => Promise<MariaChat>; isLoaded: () => boolean},
) => {
  const queued = window.MariaChat?.q ?? [];
  const early: Partial<Calls> = {
    close: async () => undefined,
    show: async () => (launcher.hidden = false),
    hide: async () => (launcher.hidden = true),
    setLang: async (lang) => host.setAttribute('lang', String(lang)),
    setTheme: async (theme) => host.setAttribute('theme', String(theme)),
    destroy: async () => host.remove(),
  };
  const call = async (method: Method, ...values: unknown[]): Promise<unknown> => {
    if (!isLoaded() && early[method]) return early[method](...values);
    return ((await load()) as unknown as Calls)[method](...values);
  };
  const global = call as Global;
  for (const method of METHODS) global[method] = (...values) => call(method, ...values);
  const ready = whenBody().then(() => {
    document.body.append(host);
    host.dispatchEvent(new Event('maria-ready', {bubbles: true, composed: true}));
    for (const [method, ...values] of queued) void call(method, ...values).catch(report);
    return host;
  });
  window.MariaChat = Object.assign(global, {version: VERSION, element: host, ready});
};

const whenBody = async () => {
  if (document.body) return;
  await new Promise((resolve) =>
    document.addEventListener('DOMContentLoaded', resolve, {once: true}),
  );
};

/** Whoever comes near the button is likely to press it; nobody else pays for what is behind it. */
const watchLauncher = (launcher: HTMLElement, load: () => Promise<MariaChat>) => {
  for (const sign of ['pointerenter', 'focus', 'touchstart']) {
    launcher.addEventListener(sign, () => void load().catch(report), {passive: true});
  }
  launcher.addEventListener('click', () => {
    launcher.setAttribute('aria-busy', 'true');
    load()
      .then((chat) => chat.toggle(), report)
      .finally(() => launcher.removeAttribute('aria-busy'));
  });
};

const wantsOpen = ({site = '', open = 'remember'}: Settings) =>
  open === 'true' ||
  (open !== 'false' && recall(site, 'open') !== null && !matchMedia(NARROW).matches);

const apologise = (host: HTMLElement, lang: string | null) => {
  const root = host.shadowRoot!;
  if (root.querySelector('.excuse')) return;
  const excuse = document.createElement('div');
  excuse.className = 'excuse';
  excuse.setAttribute('role', 'alert');
  excuse.textContent = launcherWords(lang)[1];
  root.append(excuse);
  setTimeout(() => excuse.remove(), 8_000);
};

const report = (error: unknown) => console.error('Maria Chat:', error);

if (window.MariaChat?.version) {
  console.info('Maria Chat is here already; the second script is ignored.');
} else {
  start();
}
