/** Keeps the focus with the conversation while the visitor is in it, and lets go when they leave. */
export class PanelFocus {
  /** Whether the visitor was last seen inside the panel. */
  isInside = false;
  private target: HTMLElement | null = null;
  /** The element inside that had the focus last. */
  private last: HTMLElement | null = null;
  /** What had the focus before something covered the conversation. */
  private before: Element | null = null;
  /** What had it when the panel was opened. */
  private opener: Element | null = null;

  constructor(private readonly root: ParentNode & DocumentOrShadowRoot) {}

  get panel() {
    return this.root.querySelector<HTMLElement>('.panel');
  }

  /** Called for every focus on the page. What is removed loses it to the body, which tells nothing. */
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

  /** To what had it before: the page's own button, if that opened the panel. */
  restore(launcher: {focus(): void}) {
    const {opener} = this;
    const isElsewhere = opener?.isConnected && opener !== document.body;
    (isElsewhere ? (opener as HTMLElement) : launcher).focus();
  }

  enter() {
    this.isInside = true;
    // A dialog of the page may hold the focus. It does not object to its going nowhere first.
    if (!this.root.activeElement) (document.activeElement as HTMLElement | null)?.blur();
    const target = this.wanted;
    const wouldRaiseKeyboard =
      target?.matches('input[name]') && matchMedia('(pointer: coarse)').matches;
    (wouldRaiseKeyboard || !target ? this.panel : target)?.focus({preventScroll: true});
  }

  /** When the answered question makes room for the next, the focus follows. */
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

  /** True if an element of the page has the focus, which is noticed late before all code is loaded. */
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
