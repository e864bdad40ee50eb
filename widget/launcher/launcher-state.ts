import {svgIcon} from './svg-icon.js';
import type {Texts} from '../i18n/locales/en.js';
import {interpolate} from '../i18n/interpolate.js';

/** Not a cross, which the panel has at its close button. */
const COLLAPSE = 'M6 9l6 6 6-6';

export interface LauncherState {
  /** Also while the panel is being loaded. */
  isOpen: boolean;
  unreadCount: number;
  /** Label that the page has set. */
  label: string | null;
  /** Null before the first language has been loaded: the launcher keeps its first texts until then. */
  texts: Texts | null;
}

/** Updates the launcher, which the loader or the element has drawn. */
export const updateLauncher = (launcher: HTMLElement, state: LauncherState) => {
  launcher.ariaHasPopup = 'dialog';
  const {isOpen, texts, unreadCount} = state;
  // Without texts there is no panel yet.
  launcher.ariaExpanded = String(isOpen && texts !== null);
  if (texts) launcher.ariaLabel = labelFor(state, texts);
  if (!launcher.querySelector('slot')) wrapFace(launcher);
  const badge = launcher.querySelector('.badge') ?? makeBadge();
  badge.textContent = String(unreadCount);
  if (unreadCount > 0) launcher.append(badge);
  else badge.remove();
};

/** Does not depend on the panel: `aria-expanded` reports that, and the panel has its own close button. */
const labelFor = ({unreadCount, label}: LauncherState, texts: Texts) => {
  if (unreadCount === 0) return label ?? texts.open;
  const words = interpolate(texts, 'openUnread', {count: unreadCount});
  // The visible text of a button is a part of its name (WCAG 2.2, 2.5.3).
  return label ? `${label}: ${words}` : words;
};

/** Lets the page replace the icons. */
const wrapFace = (launcher: HTMLElement) => {
  const slot = document.createElement('slot');
  slot.name = 'launcher';
  const icon = launcher.querySelector('svg');
  icon?.replaceWith(slot);
  slot.append(icon ?? '', svgIcon(COLLAPSE));
};

const makeBadge = () =>
  Object.assign(document.createElement('span'), {className: 'badge', part: 'badge'});
