/**
 * Attributes of `<maria-chat>`, for frameworks that check their templates and for editors that
 * complete them. The script tag accepts them with the prefix `data-`.
 */
export interface MariaChatAttributes {
  /**
   * Key of your site.
   * @default `demo`, which exists only in development
   */
  site?: string;
  /**
   * URL of the server. Set it if a bundler moves the script.
   * @default the URL from which the script was loaded
   */
  api?: string;
  /**
   * Language of the panel. Numbers, dates and times have the format of the browser's region.
   * @default `auto`: the language of the page, then of the browser
   */
  lang?: 'auto' | 'en' | 'es' | 'fr' | 'de' | 'pt-BR' | 'ar' | (string & {});
  /** Another name for `lang`. */
  locale?: string;
  /**
   * Light or dark colours. `auto` follows the setting of the visitor's system.
   * @default `auto`
   */
  theme?: 'auto' | 'light' | 'dark';
  /**
   * CSS colour of the launcher, the buttons and the visitor's lines. The text on it becomes black
   * or white.
   * @default `#5646df`
   */
  accent?: string;
  /**
   * Corner radius of the panel, in px or with a unit.
   * @default `20px`
   */
  radius?: string | number;
  /**
   * Side of the window. `end` is the right side in languages that are written from left to right.
   * @default `end`
   */
  position?: 'end' | 'start' | 'right' | 'left';
  /**
   * Distance from the side of the window, in px or with a unit.
   * @default `20px`
   */
  'offset-x'?: string | number;
  /**
   * Distance from the bottom of the window, in px or with a unit.
   * @default `20px`
   */
  'offset-y'?: string | number;
  /**
   * Layer above the page. It has no effect in the top layer of the browser.
   * @default `2147483000`
   */
  'z-index'?: string | number;
  /**
   * Launcher button. `none` hides it.
   * @default `bubble`
   */
  launcher?: 'bubble' | 'none';
  /** CSS selector of your own buttons, which open and close the chat. */
  'launcher-selector'?: string;
  /** Text beside the icon of the launcher. It is also the button's accessible name. */
  'launcher-label'?: string;
  /**
   * `inline` makes the chat a part of the page that is always open.
   * @default `popup`
   */
  mode?: 'popup' | 'inline';
  /**
   * CSS selector of the place for `mode="inline"`.
   * @default the place of the element, or the end of the page
   */
  target?: string;
  /**
   * Whether the panel opens automatically. `remember` opens it if it was open on the page before,
   * except on a phone, where it would cover the page.
   * @default `remember`
   */
  open?: 'remember' | 'true' | 'false';
  /**
   * When the script tag loads the chat: once a pointer or the focus reaches the launcher,
   * once the browser is idle, or at once. If `requestIdleCallback` is missing, `idle` means
   * `interaction`.
   * @default `interaction`
   */
  load?: 'interaction' | 'idle' | 'eager';
  /**
   * Title of the panel.
   * @default `Maria`
   */
  heading?: string;
  /**
   * Text of each `say` step without its own `text`: the first words of Maria by default.
   * @default a text in the visitor's language
   */
  greeting?: string;
  /** URL of a picture beside the title. */
  avatar?: string;
  /**
   * URL of your privacy policy.
   * @default the URL of the site's settings
   */
  'privacy-url'?: string;
  /**
   * Maximum number of files, if it is lower than the site's.
   * @default the limit of the site
   */
  'max-files'?: string | number;
  /**
   * Maximum size of a file in bytes, if it is lower than the site's.
   * @default the limit of the site
   */
  'max-file-size'?: string | number;
  /**
   * Shows the debug panel: session, states, last calls, *reset* and *simulate offline*.
   * @default `false`
   */
  debug?: 'true' | 'false' | '';
}
