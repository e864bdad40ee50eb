/**
 * Styles of the launcher that its first picture does without, and the defence of the element against
 * styles that the page means for its own elements. `display` is missing on purpose: with it, a page
 * hides the element.
 *
 * `--on-brand` is white or black by the accent's luminance: at 0.1791 both have a contrast of 4.58,
 * so whichever is chosen has at least that (WCAG 2.2, 1.4.3).
 */
export const hostPageStyles = /* css */ `
:host {
  animation: none !important;
  backdrop-filter: none !important;
  background: none !important;
  clip-path: none !important;
  contain: none !important;
  container-type: normal !important;
  content-visibility: visible !important;
  filter: none !important;
  margin: 0 !important;
  mask: none !important;
  mix-blend-mode: normal !important;
  offset: none !important;
  opacity: 1 !important;
  overflow: visible !important;
  perspective: none !important;
  rotate: none !important;
  scale: none !important;
  transform: none !important;
  transition: none !important;
  translate: none !important;
  visibility: visible !important;
  will-change: auto !important;
  zoom: 1 !important;
}
@supports (color: oklch(from red l c h)) {
  :host {
    --white: clamp(0, (0.1791 - y) * 99999, 1);
    --on-brand: color(from var(--brand) xyz-d65 calc(0.9505 * var(--white)) var(--white) calc(1.089 * var(--white)));
  }
}
.launcher:focus-visible {
  outline: 3px solid var(--brand);
  outline-offset: 3px;
  box-shadow: 0 0 0 3px #fff;
}
[aria-busy] {
  animation: busy 1s infinite;
}
@keyframes busy {
  50% {
    opacity: 1;
  }
}
@media print {
  .launcher {
    display: none;
  }
}
`;
