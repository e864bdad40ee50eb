/** A keyboard on the screen covers what `dvh` takes for visible; the composer stays above it. */
export const fitViewport = (panel: HTMLElement | null) => {
  const viewport = window.visualViewport;
  // What is magnified is seen in parts: the panel stays as large as the screen, not as its part.
  if (!viewport || !panel || viewport.scale > 1) return;
  // The viewport is measured without the page's `zoom`, in which the panel's own lengths are.
  const zoom = panel.currentCSSZoom ?? 1;
  panel.style.setProperty('--viewport-height', `${viewport.height / zoom}px`);
  panel.style.setProperty('--viewport-top', `${viewport.offsetTop / zoom}px`);
};
