/**
 * Opens everything that is folded while the page is printed, from the menu or with the keys of the
 * browser. The returned function ends that.
 */
export const openDetailsForPrint = (): (() => void) => {
  const controller = new AbortController();
  const {signal} = controller;
  let folded: HTMLDetailsElement[] = [];
  const setOpen = (isOpen: boolean) => {
    for (const details of folded) details.open = isOpen;
  };
  const unfold = () => {
    folded = [...document.querySelectorAll<HTMLDetailsElement>('details:not([open])')];
    setOpen(true);
  };
  addEventListener('beforeprint', unfold, {signal});
  addEventListener('afterprint', () => setOpen(false), {signal});
  return () => controller.abort();
};
