import {html, render} from 'lit/html.js';

import type {Account} from '../../server/contract/owner.js';
import {ApiError, OFFLINE, call, onCalls} from './core/api.js';
import {BASE, CONSOLE} from './core/base.js';
import {NEW_RELEASE} from './core/code.js';
import {Connection} from './core/connection.js';
import type {Context, View} from './core/context.js';
import {siteOf} from './core/context.js';
import type {Key} from './core/keys.js';
import {listenToKeys} from './core/keys.js';
import {listenToEvents} from './core/live.js';
import {Loader} from './core/loader.js';
import type {Place} from './core/router.js';
import {followLinks, placeOf, urlOf} from './core/router.js';
import {deleteAccountValues, readStored, store} from './core/stored.js';
import {applyTheme} from './core/theme.js';
import {Notice} from './parts/notice.js';
import {problem, whenLoaded} from './parts/states.js';
import type {TextKey} from './texts/texts.js';
import {loadTexts, say} from './texts/texts.js';
import {door} from './views/door.js';
import {openView} from './views/open-view.js';
import {isClosed, pagesOf, shell, showKeys} from './views/shell.js';
import {createSignIn} from './views/sign-in.js';

/** Token of a link, and the path that was asked for, without the base path of the server. */
const LINK = /^#([\w-]+\.[\w.-]+)(?:&to=\/(console\/.*))?$/;

/** Starts the console in this page. */
export const startConsole = async (): Promise<void> => {
  applyTheme();
  await loadTexts(navigator.languages);
  const root = document.createElement('div');
  document.body.append(root);
  new App(root).start();
};

class App {
  private readonly loader = new Loader<Account>(() => this.update());
  private place: Place = {page: 'home'};
  private view: View | undefined;
  private openedUrl = '';
  /** Page without a session: sign in, or a link. */
  private door: View | undefined;
  private stopEvents: (() => void) | undefined;
  private readonly connection = new Connection(() => this.update());
  private isUpdating = false;
  private readonly notice = new Notice(() => this.update());
  /** Pages by URL, so that _Back_ shows a list as it was. */
  private readonly kept = new Map<string, View>();
  private readonly scrolled = new WeakMap<View, number>();
  private readonly channel =
    'BroadcastChannel' in window ? new BroadcastChannel('maria-console') : null;
  private readonly context: Context;

  constructor(private readonly root: HTMLElement) {
    const read = () => this.loader.value!;
    this.context = {
      get account() {
        return read();
      },
      update: () => this.update(),
      go: (url, options) => this.go(url, options),
      notify: (text, until) => this.notice.show(text, until),
      reloadAccount: () => this.loadAccount(),
      signOut: (everywhere) => this.signOut(everywhere),
      neighbours: [],
    };
  }

  start(): void {
    onCalls({
      signedOut: (reason) => this.showSignIn(reason && `ended_${reason}`),
      reachable: (isReachable, startedAt) => this.connection.report(isReachable, startedAt),
    });
    followLinks(({pathname, search}) => this.go(pathname + search));
    addEventListener('popstate', () => this.open({canStay: true}));
    // Sites and roles can have changed since the page was looked at.
    addEventListener('focus', () => {
      if (!this.door && this.loader.value) void this.loadAccount();
    });
    // The printed page has the time of printing.
    addEventListener('beforeprint', () => this.render());
    listenToKeys(() => this.keys());
    history.scrollRestoration = 'manual';
    // Another tab has signed in: this one shows what it was asked for.
    this.channel?.addEventListener('message', () => this.door && void this.enter());
    const [, token, path] = LINK.exec(location.hash) ?? [];
    if (token) void this.showLink(token, path);
    else void this.enter();
  }

  private async showLink(token: string, path: string | undefined): Promise<void> {
    const code = await import('./views/link.js').catch(() => undefined);
    if (!code) return this.showLinkError();
    const own = placeOf(location.pathname).page;
    const isOwnPlace = !['home', 'sign-in', 'not-me', 'unknown'].includes(own);
    // The token stays in no history.
    history.replaceState(null, '', location.pathname);
    const askedFor = () => {
      const asked = isOwnPlace ? location.pathname : this.askedFor(path);
      return asked?.startsWith(CONSOLE) ? asked : CONSOLE;
    };
    const onSignedIn = () => {
      history.replaceState(null, '', askedFor());
      store('asked-for', null);
      this.channel?.postMessage('signed in');
      void this.enter();
    };
    this.door = code.createLink({token, update: () => this.update(), askedFor, onSignedIn});
    this.update();
  }

  /** The URL still has the token, so that the page can be loaded again. */
  private showLinkError(): void {
    const error = new ApiError(navigator.onLine ? NEW_RELEASE : OFFLINE);
    this.door = {
      title: () => say('signIn'),
      render: () =>
        door(
          say('signIn'),
          problem(error, () => location.reload()),
        ),
    };
    this.update();
  }

  /** Returns the path of the link; with its query, if this browser has asked for it. */
  private askedFor(path: string | undefined): string | null {
    const stored = readStored('asked-for');
    const own = path && BASE + path;
    return own && !stored?.startsWith(own) ? own : stored;
  }

  private showSignIn(why?: TextKey): void {
    if (this.door) return;
    this.leave();
    for (const dialog of document.querySelectorAll('dialog')) dialog.close();
    this.door = createSignIn({
      why,
      update: () => this.update(),
      askedFor: () => location.pathname + location.search,
    });
    this.update();
    this.focusPage(0);
  }

  /** Loads the account, and opens the page that was asked for. */
  private async enter(): Promise<void> {
    this.stopEvents?.();
    // Connects first, so that no change is missed between the list and the stream.
    this.stopEvents = listenToEvents({
      onChange: (change) => this.view?.onChanged?.(change),
      onMissed: () => this.view?.onChanged?.(undefined),
      onSignedOut: () => void this.loadAccount(),
    });
    await this.loadAccount();
    if (!this.loader.value || this.loader.error) return;
    this.door = undefined;
    if (this.loader.value.locale) await loadTexts([this.loader.value.locale]);
    this.open();
  }

  private loadAccount(): Promise<void> {
    return this.loader.load(() => call('account'));
  }

  private leave(): void {
    this.stopEvents?.();
    this.stopEvents = undefined;
    this.view?.stop?.();
    for (const view of this.kept.values()) view.stop?.();
    this.kept.clear();
    this.view = undefined;
    this.loader.value = undefined;
  }

  private async signOut(everywhere: boolean): Promise<void> {
    await call('sign-out', {method: 'POST', body: {everywhere}});
    deleteAccountValues();
    this.leave();
    history.replaceState(null, '', CONSOLE);
    this.showSignIn('signedOut');
  }

  private go(url: string, options: {replace?: boolean} = {}): void {
    if (this.door) return location.assign(url);
    if (this.connection.isOffline && !this.isKept(url)) return this.openLater(url, options);
    if (options.replace) history.replaceState(null, '', url);
    else history.pushState(null, '', url);
    this.open();
  }

  /** Whether a page is shown from memory. */
  private isKept(url: string): boolean {
    const place = placeOf(new URL(url, location.href).pathname);
    return place.page === 'leads' && this.kept.has(place.site);
  }

  /** Keeps the page that is shown, and opens the other one when the connection is back. */
  private openLater(url: string, options: {replace?: boolean}): void {
    this.connection.onBack = () => this.go(url, options);
    this.notice.show(say('opensLater'));
    // The server may be reachable again.
    void this.loadAccount();
  }

  /** Shows the page of the current URL. It can stay if only another part of it is shown. */
  private open({canStay = false} = {}): void {
    if (this.door || !this.loader.value) return;
    this.connection.onBack = undefined;
    if (canStay && this.view && location.href === this.openedUrl) return this.view.resume?.();
    this.openedUrl = location.href;
    const before = this.view;
    if (before) this.scrolled.set(before, scrollY);
    this.place = placeOf(location.pathname);
    if (this.place.page === 'home' || this.place.page === 'sign-in') return this.openHome();
    if (isClosed(this.context, this.place)) {
      this.notice.show(say('closedPage'));
      return this.openHome();
    }
    const view = openView(this.place, this.context, this.kept);
    this.view = view;
    const site = this.site()?.key;
    if (site) store('site', site);
    this.update();
    if (view !== before) {
      before?.stop?.();
      this.focusPage(this.scrolled.get(view) ?? 0);
    }
    queueMicrotask(() => view.resume?.());
  }

  /** Shows the first page of the site that the URL names, or else of the last one. */
  private openHome(): void {
    const {sites} = this.context.account;
    const wished = 'site' in this.place ? this.place.site : readStored('site');
    const site = sites.find(({key}) => key === wished) ?? sites[0];
    this.go(site ? urlOf.ofSite(site.key, pagesOf(site)[0]!) : urlOf.account, {replace: true});
  }

  private site() {
    const {place, view, context} = this;
    const key = 'site' in place ? place.site : view?.site?.();
    return (
      siteOf(context, key) ?? siteOf(context, readStored('site') ?? '') ?? context.account.sites[0]
    );
  }

  private keys(): readonly Key[] {
    if (this.door || !this.view) return [];
    const site = this.site();
    const pages = site ? pagesOf(site) : [];
    const goTo = pages.map((page) => ({
      keys: `g ${page[0]}`,
      text: page,
      run: () => this.go(urlOf.ofSite(site!.key, page)),
    }));
    const help: Key = {keys: '?', text: 'keys', run: () => showKeys(all)};
    const all: readonly Key[] = [...(this.view.keys ?? []), ...goTo, help];
    return all;
  }

  /** Moves the focus to a new page, whose label screen readers read. */
  private focusPage(scrollY: number): void {
    queueMicrotask(() => {
      const own = document.querySelector<HTMLElement>('[autofocus]');
      (own ?? document.querySelector<HTMLElement>('main'))?.focus({preventScroll: true});
      scrollTo(0, scrollY);
    });
  }

  private update(): void {
    if (this.isUpdating) return;
    this.isUpdating = true;
    queueMicrotask(() => {
      this.isUpdating = false;
      this.render();
    });
  }

  private render(): void {
    const {door: doorView, view, loader, root} = this;
    if (doorView) {
      document.title = `${doorView.title()} · Maria Chat`;
      return void render(doorView.render(), root);
    }
    if (!loader.value || !view) {
      document.title = 'Maria Chat';
      const retry = () => void this.enter();
      const content = whenLoaded(loader, () => html``, retry);
      return void render(
        loader.error ? door(say('product'), html`${content}`) : html`<main>${content}</main>`,
        root,
      );
    }
    const site = this.site();
    document.title = [view.title(), site?.name, 'Maria Chat'].filter(Boolean).join(' · ');
    const {context, place, connection, notice} = this;
    render(
      shell({
        context,
        place,
        site,
        isOffline: connection.isOffline,
        notice: notice.text,
        content: view.render(),
        title: view.title(),
      }),
      root,
    );
  }
}
