/** What can be said before any language file is there. */
const WORDS: Record<string, [open: string, unreachable: string]> = {
  en: ['Open chat', 'The chat cannot be reached right now. Please try again.'],
  es: ['Abrir el chat', 'El chat no está disponible ahora. Inténtelo de nuevo.'],
  fr: ['Ouvrir le chat', 'Le chat est injoignable. Veuillez réessayer.'],
  de: ['Chat öffnen', 'Der Chat ist gerade nicht erreichbar. Bitte noch einmal.'],
  pt: ['Abrir o chat', 'O chat está indisponível agora. Tente novamente.'],
  ar: ['فتح المحادثة', 'تعذر الوصول إلى المحادثة الآن. حاول مرة أخرى.'],
};

/** The attribute, then the page, then the browser; the element itself chooses in the same order. */
export const launcherWords = (lang: string | null) => {
  const wishes = [lang ?? '', document.documentElement.lang, ...navigator.languages];
  const known = wishes.map((tag) => tag.toLowerCase().split('-')[0]!).find((tag) => tag in WORDS);
  return WORDS[known ?? 'en']!;
};

/**
 * Shared by the loader, which draws the button, and the element, which takes it over.
 * `--on-brand` is white or black by the accent's luminance: at 0.1791 both have a contrast of 4.58,
 * so whichever is chosen has at least that (WCAG 2.2, 1.4.3).
 */
export const launcherStyles = `
:host {
  position: fixed !important;
  inset: auto !important;
  margin: 0 !important;
  padding: 0 !important;
  transform: none !important;
  filter: none !important;
  z-index: var(--maria-z-index, 2147483000);
  --brand: var(--maria-accent, #5646df);
  --brand-2: var(--brand);
  --on-brand: #fff;
}
@supports (color: oklch(from red l c h)) {
  :host {
    --brand-2: oklch(from var(--brand) l c calc(h + 38));
    --white: clamp(0, (0.1791 - y) * 99999, 1);
    --on-brand: color(from var(--brand) xyz-d65 calc(0.9505 * var(--white)) var(--white) calc(1.089 * var(--white)));
  }
}
.launcher {
  all: initial;
  position: fixed;
  inset-block-end: calc(var(--maria-offset-y, 20px) + env(safe-area-inset-bottom, 0px));
  inset-inline-end: var(--maria-offset-x, 20px);
  inline-size: var(--maria-launcher-size, 60px);
  block-size: var(--maria-launcher-size, 60px);
  display: grid;
  place-items: center;
  border-radius: 50%;
  background: linear-gradient(135deg, var(--brand), var(--brand-2));
  color: var(--maria-on-accent, var(--on-brand));
  cursor: pointer;
  box-shadow: 0 6px 20px rgb(0 0 0/.24);
  transition: scale .2s;
}
:host([position=start]) .launcher {
  inset-inline: var(--maria-offset-x, 20px) auto;
}
:host([position=left]) .launcher {
  inset-inline: auto;
  left: var(--maria-offset-x, 20px);
}
:host([position=right]) .launcher {
  inset-inline: auto;
  right: var(--maria-offset-x, 20px);
}
.launcher:hover {
  scale: 1.06;
}
.launcher:focus-visible {
  outline: 3px solid var(--brand);
  outline-offset: 3px;
  box-shadow: 0 0 0 3px #fff;
}
.launcher svg {
  grid-area: 1/1;
  inline-size: 46%;
  fill: none;
  stroke: currentColor;
  stroke-width: 2;
  stroke-linecap: round;
  stroke-linejoin: round;
  transition: opacity .2s, rotate .2s;
}
.launcher svg + svg, [aria-expanded=true] svg {
  opacity: 0;
  rotate: -60deg;
}
[aria-expanded=true] svg + svg {
  opacity: 1;
  rotate: none;
}
[aria-busy] {
  cursor: progress;
}
.excuse {
  all: initial;
  position: fixed;
  inset-block-end: 96px;
  inset-inline-end: 20px;
  max-inline-size: 260px;
  padding: 12px 16px;
  border-radius: 14px;
  background: #23252f;
  color: #fff;
  font: 14px/1.45 system-ui, sans-serif;
}
.launcher[hidden] {
  display: none;
}
@media (prefers-reduced-motion: reduce) {
  * {
    transition: none !important;
  }
}
@media (forced-colors: active) {
  .launcher {
    border: 2px solid;
  }
}
@media print {
  :host {
    display: none;
  }
}
`;

const ICONS = [
  'M21 11.5a8.4 8.4 0 0 1-12.2 7.5L3 21l1.9-5.6A8.4 8.4 0 1 1 21 11.5zM8.5 11.6v.1m4-.1v.1m4-.1v.1',
  'M6 6l12 12M18 6 6 18',
];

/** The button, by DOM calls alone: no markup is parsed, so no policy of the page can object. */
export const createLauncher = (lang: string | null) => {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'launcher';
  button.setAttribute('part', 'launcher');
  button.setAttribute('aria-haspopup', 'dialog');
  for (const path of ICONS) button.append(drawing(path));
  button.setAttribute('aria-expanded', 'false');
  button.setAttribute('aria-label', launcherWords(lang)[0]);
  return button;
};

const drawing = (path: string) => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.appendChild(document.createElementNS(svg.namespaceURI, 'path')).setAttribute('d', path);
  return svg;
};
