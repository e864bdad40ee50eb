export {watchPageLauncher} from './page-launcher.js';
export {wantsOpen} from './wants-open.js';
import {readStored} from './stored-value.js';
import {svgIcon} from './svg-icon.js';

/** Texts that are needed before a language file is loaded. Its name begins with the key. */
export const WORDS: Record<string, [open: string, unreachable: string]> = {
  en: ['Open chat', 'Chat unavailable. Please try again.'],
  es: ['Abrir el chat', 'Chat no disponible. Reinténtelo.'],
  fr: ['Ouvrir le chat', 'Chat indisponible. Réessayez.'],
  de: ['Chat öffnen', 'Chat nicht erreichbar. Bitte erneut versuchen.'],
  pt: ['Abrir o chat', 'Chat indisponível. Tente de novo.'],
  ar: ['فتح المحادثة', 'المحادثة غير متاحة. أعد المحاولة.'],
};

/** Returns the key of the language that the element chooses in `i18n/languages.ts`. */
export const launcherLanguage = (host: Element) => {
  const stored = readStored(host.getAttribute('site')!, 'lang');
  const chosen = stored ?? host.getAttribute('lang') ?? host.getAttribute('locale') ?? '';
  const wishes = [chosen, document.documentElement.lang, ...navigator.languages];
  return wishes.map((tag) => tag.toLowerCase().split(/[-_]/)[0]!).find((key) => WORDS[key]) ?? 'en';
};

/**
 * Shared by the loader, which draws the button, and the element, which takes it over. The other
 * styles of the button come with `host-page/styles.ts`, to keep the loader small.
 */
const launcherStyles = /* css */ `
:host {
  position: fixed !important;
  inset: auto !important;
  padding: 0 !important;
  border: 0 !important;
  z-index: var(--maria-z-index, 2147483000) !important;
  --brand: var(--maria-accent, #5646df);
  --on-brand: #fff;
}
.launcher, output {
  all: initial;
  position: fixed;
  inset-block-end: calc(var(--maria-offset-y, 20px) + env(safe-area-inset-bottom));
  /* Held sideways, a phone keeps both sides as free as the one with its camera. */
  --x: calc(var(--maria-offset-x, 20px) + env(safe-area-inset-right));
  inset-inline-end: var(--x);
  max-inline-size: calc(100vw - 40px);
  min-inline-size: var(--maria-launcher-size, 60px);
  box-sizing: border-box;
  padding: 0 14px;
  /* Shown where the visitor's system paints over all colours. */
  border: 2px solid #0000;
  border-radius: 9999px;
  font: 600 15px system-ui, sans-serif;
  background: var(--brand);
  color: var(--maria-on-accent, var(--on-brand));
  box-shadow: 0 6px 20px #0004;
}
.launcher {
  block-size: var(--maria-launcher-size, 60px);
  display: flex;
  place-content: center;
  place-items: center;
  gap: 8px;
  cursor: pointer;
}
output {
  margin-block-end: 68px;
  padding: 14px;
}
/* The panel is on the side of its launcher. */
:host([position=start]) > :not(output) {
  inset-inline: var(--x) auto;
}
:host([position=left]) > :not(output) {
  inset-inline: auto;
  left: var(--x);
}
:host([position=right]) > :not(output) {
  inset-inline: auto;
  right: var(--x);
}
/* Icons of the launcher and of the panel. */
svg {
  /* Taken over while it is pressed, the drawing moves; WebKit drops a click whose target has moved. */
  pointer-events: none;
  inline-size: 28px;
  fill: none;
  stroke: currentColor;
  stroke-width: 2;
  stroke-linecap: round;
  stroke-linejoin: round;
}
[aria-busy] {
  opacity: 0.5;
}
:host([mode=inline]) {
  display: block !important;
  position: relative !important;
  z-index: auto !important;
  block-size: var(--maria-height, 660px);
}
:host([mode=inline]) .launcher, :host([launcher=none]) .launcher, .launcher[hidden] {
  display: none;
}
`;

const ICON =
  'M21 11.5a8.4 8.4 0 0 1-12.2 7.5L3 21l1.9-5.6A8.4 8.4 0 1 1 21 11.5zM8.5 11.6v.1m4-.1v.1m4-.1v.1';

/** Adds the button with DOM calls, because policies of the page may forbid parsed markup. */
export const drawLauncher = (host: Element, root: ShadowRoot) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(launcherStyles);
  root.adoptedStyleSheets.unshift(sheet);
  const label = host.getAttribute('launcher-label');
  const button = root.appendChild(document.createElement('button'));
  button.append(svgIcon(ICON), label ?? '');
  return Object.assign(button, {
    className: 'launcher',
    part: 'launcher',
    ariaExpanded: 'false',
    ariaLabel: label ?? WORDS[launcherLanguage(host)]![0],
  });
};
