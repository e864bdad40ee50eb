import {readStored} from './stored.js';

/** Applies the theme that was chosen in this browser. Without one, the system's theme counts. */
export const applyTheme = (): void => {
  const theme = readStored('theme');
  if (theme) document.documentElement.dataset['theme'] = theme;
  else delete document.documentElement.dataset['theme'];
};
