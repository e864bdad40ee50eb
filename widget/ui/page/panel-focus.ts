/** Keeps the focus in the panel while the visitor is there, and not after the visitor has left. */
export type PanelFocus = ReturnType<typeof createPanelFocus>;

export const createPanelFocus = (root: ParentNode & DocumentOrShadowRoot) => {
  /**
   * Whether a field may get the focus. On a phone this raises the keyboard, over what a visitor who has
   * just come is to read; it is wanted once they have pressed something.
   */
  let canType = false;
  /** True if the last focus of the visitor was in the panel. */
  let isInside = false;
  let current: HTMLElement | null = null;
  /** The element inside that had the focus last. */
  let last: HTMLElement | null = null;
  /** The element that had the focus before a dialog opened. */
  let before: Element | null = null;
  /** The element that had the focus when the panel opened. */
  let opener: Element | null = null;

  const find = (selector: string) => root.querySelector<HTMLElement>(selector);
  const panel = () => find('.panel');
  const wanted = () => find('[data-focus-dialog]') ?? find('[data-focus]');
  const focus = (element: HTMLElement | null) => element?.focus({preventScroll: true});

  const canFocus = (target: HTMLElement | null) =>
    target && (canType || !target.matches('input, textarea'));

  root.addEventListener('click', () => (canType = true));

  const refocus = () => {
    focus(last);
    if (!root.activeElement) focus(find('[data-focus-dialog]') ?? panel());
  };

  /** True if an element of the page has the focus. No event has reported it before all code is loaded. */
  const isElsewhere = () => {
    const {activeElement, body} = document;
    return !root.activeElement && activeElement !== null && activeElement !== body;
  };

  return {
    get panel() {
      return panel();
    },
    /** Called for every focus on the page. An element that is removed loses it to the body. */
    observe(event: Event) {
      const path = event.composedPath();
      if (path[0] !== document.body) isInside = path.includes(panel()!);
    },
    /** Called for every focus in the panel. */
    note({target}: Event) {
      isInside = true;
      last = target as HTMLElement;
    },
    /** Focuses again if the visitor was inside and the element was moved, which takes the focus away. */
    resume() {
      if (isInside && document.activeElement === document.body) refocus();
    },
    remember(host: Element) {
      const {activeElement} = host.getRootNode() as Document;
      opener = activeElement === host ? null : activeElement;
    },
    /** Leaves the panel: focuses the element that had the focus before it opened, or the launcher. */
    leave(launcher: {focus(): void}) {
      const hadFocus = isInside;
      isInside = false;
      if (!hadFocus) return;
      const hasOpener = opener?.isConnected && opener !== document.body;
      (hasOpener ? (opener as HTMLElement) : launcher).focus();
    },
    enter() {
      isInside = true;
      // A dialog of the page may keep the focus, but lets it go to the body first.
      if (!root.activeElement) (document.activeElement as HTMLElement | null)?.blur();
      canType = !matchMedia('(pointer: coarse)').matches;
      current = wanted();
      focus(canFocus(current) ? current : panel());
    },
    /** Moves the focus to the next question after an answer. */
    follow() {
      if (isElsewhere()) isInside = false;
      if (!isInside) return;
      const target = wanted();
      const isNew = target !== current;
      const earlier = before;
      current = target;
      if (target?.hasAttribute('data-focus-dialog')) before ??= root.activeElement;
      else before = null;
      if (earlier?.isConnected && !before) (earlier as HTMLElement).focus();
      else if (root.activeElement?.matches('textarea')) return;
      else if (isNew && canFocus(target)) focus(target);
      else if (!root.activeElement) refocus();
    },
  };
};
