/** Keeps the focus in the panel while the visitor is there, and not after the visitor has left. */
export class PanelFocus {
  /** True if the last focus of the visitor was in the panel. */
  isInside = false;
  private target: HTMLElement | null = null;
  /** The element inside that had the focus last. */
  private last: HTMLElement | null = null;
  /** The element that had the focus before a dialog opened. */
  private before: Element | null = null;
  /** The element that had the focus when the panel opened. */
  private opener: Element | null = null;

  constructor(private readonly root: ParentNode & DocumentOrShadowRoot) {}

  get panel() {
    return this.root.querySelector<HTMLElement>('.panel');
  }

  /** Called for every focus on the page. An element that is removed loses it to the body. */
  observe(event: Event) {
    const path = event.composedPath();
    if (path[0] !== document.body) this.isInside = path.includes(this.panel!);
  }

  /** Called for every focus in the panel. */
  note({target}: Event) {
    this.isInside = true;
    this.last = target as HTMLElement;
  }

  /** Focuses again if the visitor was inside and the element was moved, which takes the focus away. */
  resume() {
    if (this.isInside && document.activeElement === document.body) this.refocus();
  }

  remember(host: Element) {
    const {activeElement} = host.getRootNode() as Document;
    this.opener = activeElement === host ? null : activeElement;
  }

  /** Leaves the panel: focuses the element that had the focus before it opened, or the launcher. */
  leave(launcher: {focus(): void}) {
    const hadFocus = this.isInside;
    this.isInside = false;
    if (!hadFocus) return;
    const {opener} = this;
    const isElsewhere = opener?.isConnected && opener !== document.body;
    (isElsewhere ? (opener as HTMLElement) : launcher).focus();
  }

  enter() {
    this.isInside = true;
    // A dialog of the page may keep the focus, but lets it go to the body first.
    if (!this.root.activeElement) (document.activeElement as HTMLElement | null)?.blur();
    const target = this.wanted;
    const wouldRaiseKeyboard =
      target?.matches('input[name], textarea') && matchMedia('(pointer: coarse)').matches;
    (wouldRaiseKeyboard || !target ? this.panel : target)?.focus({preventScroll: true});
  }

  /** Moves the focus to the next question after an answer. */
  follow() {
    if (this.isElsewhere) this.isInside = false;
    if (!this.isInside) return;
    const target = this.wanted;
    const isNew = target !== this.target;
    this.target = target;
    const {before} = this;
    if (target?.hasAttribute('data-focus-dialog')) this.before ??= this.root.activeElement;
    else this.before = null;
    if (before?.isConnected && !this.before) (before as HTMLElement).focus();
    else if (this.root.activeElement?.matches('textarea')) return;
    else if (isNew && target) target.focus({preventScroll: true});
    else if (!this.root.activeElement) this.refocus();
  }

  /** True if an element of the page has the focus. No event has reported it before all code is loaded. */
  private get isElsewhere() {
    const {activeElement, body} = document;
    return !this.root.activeElement && activeElement !== null && activeElement !== body;
  }

  private refocus() {
    this.last?.focus({preventScroll: true});
    if (!this.root.activeElement) this.panel?.focus({preventScroll: true});
  }

  private get wanted() {
    return (
      this.root.querySelector<HTMLElement>('[data-focus-dialog]') ??
      this.root.querySelector<HTMLElement>('[data-focus]')
    );
  }
}
