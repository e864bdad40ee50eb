import type {Texts} from './locales/en.js';
import {fill} from './texts.js';

export interface LauncherState {
  isOpen: boolean;
  unreadCount: number;
  /** Null before the first language is there; then the launcher keeps the words it was drawn with. */
  texts: Texts | null;
}

/** What the launcher shows and says, whoever has drawn it. */
export const showOnLauncher = (launcher: HTMLElement, state: LauncherState) => {
  launcher.setAttribute('aria-expanded', String(state.isOpen));
  if (state.texts) launcher.setAttribute('aria-label', labelFor(state, state.texts));
  const badge = launcher.querySelector('.badge') ?? makeBadge();
  badge.textContent = String(state.unreadCount);
  if (state.unreadCount > 0) launcher.append(badge);
  else badge.remove();
};

const labelFor = ({isOpen, unreadCount}: LauncherState, texts: Texts) => {
  if (isOpen) return texts.close;
  return unreadCount > 0 ? fill(texts, 'openUnread', {count: unreadCount}) : texts.open;
};

const makeBadge = () => {
  const badge = document.createElement('span');
  badge.className = 'badge';
  badge.setAttribute('part', 'badge');
  return badge;
};
