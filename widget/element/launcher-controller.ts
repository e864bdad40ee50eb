import {updateLauncher} from '../launcher/launcher-state.js';
import type {LauncherState} from '../launcher/launcher-state.js';
import {watchPageLauncher} from '../launcher/page-launcher.js';

/** The element's button: the one that the loader has drawn, or one of its own. */
export class LauncherController {
  private button: HTMLButtonElement | null = null;
  private isOwn = false;
  private isAway = false;
  private watching = new AbortController();

  constructor(private readonly host: HTMLElement) {}

  /** What the loader has drawn, in the root that the element takes over. */
  find(root: ShadowRoot | null) {
    return (this.button = root?.querySelector<HTMLButtonElement>('.launcher') ?? null);
  }

  /** Without the loader nobody has drawn it yet. Its code is not fetched otherwise. */
  async draw(root: ShadowRoot, onPress: () => void) {
    this.isOwn = true;
    const {createLauncher, launcherStyles} = await import('../launcher/launcher.js');
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(launcherStyles);
    root.adoptedStyleSheets.unshift(sheet);
    this.button = createLauncher(this.host);
    this.button.hidden = this.isAway;
    this.button.addEventListener('click', () => this.button?.ariaBusy ?? onPress());
    root.append(this.button);
  }

  /** The page's own button, as long as the element is on the page: a listener keeps it alive. */
  watch(onPress: () => void) {
    this.watching = new AbortController();
    if (this.isOwn) watchPageLauncher(this.host, onPress, this.watching.signal);
  }

  unwatch() {
    this.watching.abort();
  }

  set isHidden(isHidden: boolean) {
    this.isAway = isHidden;
    if (!this.button) return;
    this.button.hidden = isHidden;
    // Not every browser takes the focus from what is hidden.
    if (isHidden) this.button.blur();
  }

  focus() {
    this.button?.focus();
  }

  describe(state: Omit<LauncherState, 'label'>) {
    const label = this.host.getAttribute('launcher-label');
    if (this.button) updateLauncher(this.button, {...state, label});
  }
}
