/** A keyboard on the screen covers what `dvh` takes for visible; the composer stays above it. */
export const fitViewport = (panel: HTMLElement | null) => {
  const viewport = window.visualViewport;
  if (!viewport || !panel) return;
  panel.style.setProperty('--viewport-height', `${viewport.height}px`);
  panel.style.setProperty('--viewport-top', `${viewport.offsetTop}px`);
};
