const NAMES = ['inert', 'aria-hidden'];

/**
 * Modal dialogs of the page make all elements beside them inert, or hide them from screen readers.
 * A visitor may have a question about the dialog, so this is undone for the element. A page that
 * does so to the element only has a reason of its own.
 */
export const keepUsable = (host: HTMLElement) => {
  const free = () => {
    const neighbours = [...(host.parentElement?.children ?? [])].filter((one) => one !== host);
    for (const name of NAMES)
      if (neighbours.some((one) => one.hasAttribute(name))) host.removeAttribute(name);
  };
  new MutationObserver(free).observe(host, {attributeFilter: NAMES});
  free();
};
