import type * as HostPage from './host-page/protect.js';
import {WORDS, drawLauncher, launcherLanguage} from './launcher/launcher.js';
import {applyStyleAttributes} from './launcher/style-attributes.js';
import type {MariaChat} from './element/maria-chat.js';
import type {MariaChatGlobal, MariaChatSettings, Method} from './global.js';
import {watchPageLauncher} from './launcher/page-launcher.js';
import {wantsOpen} from './launcher/wants-open.js';

/** Inserted by the build: the names of two modules, the end of a language's name, and the version. */
declare const CHAT_MODULE: string;
declare const HOST_PAGE: string;
declare const LANGUAGE_END: string;
declare const VERSION: string;

type Call = (...values: unknown[]) => unknown;
type Calls = Record<string, Call | null>;

const findScript = () => {
  const tags = [...document.scripts].filter(({src}) => src.includes('maria-chat.js'));
  // Read now, because it is null in every later task.
  const current = document.currentScript as HTMLScriptElement | null;
  if (current?.src) tags.unshift(current);
  // jQuery runs the script of a tag that it has inserted from another tag, without the attributes.
  return tags.find(({dataset}) => Object.keys(dataset)[0]) ?? tags[0];
};

/** Tag managers strip `data-…`. Settings can also be in the page or in the URL of the script. */
const readSettings = (script: HTMLScriptElement | undefined, source: URL): MariaChatSettings => ({
  site: 'demo',
  ...Object.fromEntries(source.searchParams),
  ...window.MariaChatSettings,
  ...script?.dataset,
});

/** The backend's URL: that of the script, without the folder that names a version. */
const baseOf = (source: URL) =>
  source.origin + source.pathname.replace(/(\/(v1|widget|\d+\.\d+\.[^/]+))?\/[^/]*$/, '');

const start = () => {
  const script = findScript();
  // The page's own query is not read, because a link to the page could name another backend.
  const source = new URL(script?.src ?? '/', document.baseURI);
  const settings = readSettings(script, source);
  const api = (settings['api'] || baseOf(source)).replace(/\/$/, '');
  const folder = `${api}/widget/`;
  const host = makeHost({...settings, api});
  const launcher = drawLauncher(host, host.attachShadow({mode: 'open'}));

  let loading: Promise<MariaChat> | undefined;
  const importChat = () =>
    Promise.all([
      // The chat imports it as well, and reports a failure. The smaller file is first: the panel is
      // drawn in the task that runs the chat, if its texts are there.
      import(folder + launcherLanguage(host) + LANGUAGE_END).catch(() => 0),
      // The files of this release may be deleted. The stable entry imports the current release.
      importTwice(folder, CHAT_MODULE).catch(() => import(`${folder}maria-chat.esm.js`)),
    ]);
  const load = () =>
    (loading ??= importChat().then(
      () => host,
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    ));
  /** For calls that the visitor or the page waits for. */
  const loadOrApologise = () =>
    load().catch((error: unknown) => {
      apologise(host, excuse);
      throw error;
    });
  const excuse = document.createElement('output');
  const ending = new AbortController();
  const {signal} = ending;
  const toggle = () => {
    // An impatient second press would close the panel that the first one opens.
    if (launcher.ariaBusy) return;
    launcher.ariaBusy = 'true';
    const {activeElement} = document;
    loadOrApologise()
      // The visitor may be typing elsewhere on the page now.
      .then((chat): unknown => hasMoved(activeElement) || chat.toggle())
      .catch(report)
      .finally(() => (launcher.ariaBusy = null));
  };
  /** A failure matters only after a press of the button. */
  const preload = () => void load().catch(() => 0);
  const methods = methodsBefore(host, launcher);
  const call = async (method: string, ...values: unknown[]): Promise<unknown> => {
    if (method === 'destroy') {
      ending.abort();
      delete window.MariaChat;
    }
    const calls = (loading || !methods[method]
      ? await loadOrApologise()
      : methods) as unknown as Calls;
    return calls[method]?.(...values);
  };

  const ready = place(host);
  publishMethods(call, Object.keys(methods), host, ready);
  const listen = () => {
    watchLauncher(launcher, preload, toggle);
    watchPageLauncher(host, toggle, signal);
  };
  listen();
  Promise.all([importTwice<typeof HostPage>(folder, HOST_PAGE), ready]).then(
    ([{keepOnPage}, neighbours]) => keepOnPage(host, {neighbours, listen, signal}),
    report,
  );
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
  applyStyleAttributes(host);
  return host;
};

/**
 * Imports a module, and after a failure once more from another URL, because browsers remember the
 * failure. The folder differs, and not the name, so that relative imports find the same module.
 */
const importTwice = <Module>(folder: string, name: string): Promise<Module> =>
  import(folder + name).catch(() => import(`${folder}again/${name}`));

/** Adds the element to the body as soon as there is a body. Resolves with its neighbours. */
const place = (host: HTMLElement) =>
  new Promise<Element[]>((resolve) => {
    const enter = () => {
      const {body} = document;
      if (!body) return;
      observer.disconnect();
      const neighbours = [...body.children];
      body.append(host);
      resolve(neighbours);
    };
    const observer = new MutationObserver(enter);
    observer.observe(document.documentElement, {childList: true});
    enter();
  });

/** Methods before the chat is loaded. Those that begin or need a conversation are null. */
const methodsBefore = (
  host: HTMLElement,
  launcher: HTMLElement,
): Calls & Record<Method, Call | null> => {
  return {
    sendMessage: null,
    open: null,
    toggle: null,
    prefill: null,
    reset: null,
    show: () => (launcher.hidden = false),
    hide: () => (launcher.hidden = true),
    close: () => undefined,
    setLang: (lang) => host.setAttribute('lang', lang as string),
    setTheme: (theme) => host.setAttribute('theme', theme as string),
    destroy: () => host.remove(),
  };
};

const publishMethods = (
  call: (method: string, ...values: unknown[]) => Promise<unknown>,
  names: string[],
  host: HTMLElement,
  placed: Promise<unknown>,
) => {
  const queued = window.MariaChat?.q ?? [];
  const ready = placed.then(() => host);
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

/** Loads the chat when the visitor approaches the button, who is likely to press it then. */
const watchLauncher = (launcher: HTMLElement, load: () => void, toggle: () => void) => {
  // A touch fires `pointerenter` as well.
  launcher.addEventListener('pointerenter', load);
  launcher.addEventListener('focus', load);
  launcher.addEventListener('click', toggle);
};

/** Returns whether the focus has moved to a field of the page since the press. */
const hasMoved = (before: Element | null) => {
  const {activeElement} = document;
  return activeElement !== before && activeElement?.matches('input, textarea, select');
};

let excuseTimer: ReturnType<typeof setTimeout> | undefined;

const apologise = (host: HTMLElement, excuse: HTMLElement) => {
  excuse.textContent = WORDS[launcherLanguage(host)]![1];
  host.shadowRoot!.append(excuse);
  clearTimeout(excuseTimer);
  excuseTimer = setTimeout(() => excuse.remove(), 8_000);
};

const report = (error: unknown) => console.error('Maria Chat:', error);

if (window.MariaChat?.version) {
  console.info('Maria Chat: second script ignored');
  // The unit came with Chrome 109, Firefox 120 and Safari 16.4. Older browsers get no button.
} else if (CSS.supports('width:1lh')) {
  start();
}
