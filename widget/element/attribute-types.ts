/**
 * What may be written on `<maria-chat>`, for frameworks that check their templates and for editors
 * that complete them. The script tag takes the same with `data-` in front.
 */
export interface MariaChatAttributes {
  /** Your site's key. */
  site?: string;
  /** The server's address; where the script came from otherwise. Needed where a bundler moves it. */
  api?: string;
  /** The page's language, then the browser's, unless one is named. */
  lang?: 'auto' | 'en' | 'es' | 'fr' | 'de' | 'pt-BR' | 'ar' | (string & {});
  /** The same as `lang`. */
  locale?: string;
  theme?: 'auto' | 'light' | 'dark';
  /** A CSS colour; readable text on it is computed. */
  accent?: string;
  /** Roundness of the panel, in px or with a unit. */
  radius?: string | number;
  /** The side of the window, by the direction of writing. */
  position?: 'end' | 'start' | 'right' | 'left';
  /** Distance from the side of the window, in px or with a unit. */
  'offset-x'?: string | number;
  /** Distance from the window's lower edge, in px or with a unit. */
  'offset-y'?: string | number;
  /** Layer above the page. */
  'z-index'?: string | number;
  launcher?: 'bubble' | 'none';
  /** CSS selector of your own buttons, which open and close the chat. */
  'launcher-selector'?: string;
  /** Words beside the icon, also the button's name. */
  'launcher-label'?: string;
  /** `inline` is part of the page, and always open. */
  mode?: 'popup' | 'inline';
  /** For `inline`: CSS selector of the place. */
  target?: string;
  /** Whether the panel opens by itself; `remember` opens what was open on the page before. */
  open?: 'remember' | 'true' | 'false';
  /** When the script tag fetches the rest. */
  load?: 'interaction' | 'idle' | 'eager';
  /** The panel's name. */
  heading?: string;
  /** Maria's first words. */
  greeting?: string;
  /** Address of a picture. */
  avatar?: string;
  /** Your privacy policy; the site's otherwise. */
  'privacy-url'?: string;
  /** Fewer files than the site allows. */
  'max-files'?: string | number;
  /** Fewer bytes for each file than the site allows. */
  'max-file-size'?: string | number;
  /** `true` shows the debug panel. */
  debug?: 'true' | 'false' | '';
}
