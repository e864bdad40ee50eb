/**
 * Attributes of `<maria-chat>`, for frameworks that check their templates and for editors that
 * complete them. The script tag accepts them with the prefix `data-`.
 */
export interface MariaChatAttributes {
  /** Your site's key. */
  site?: string;
  /** URL of the server. The default is the script's own; bundlers that move it need this attribute. */
  api?: string;
  /** Language of the panel. The default is the page's language, then the browser's. */
  lang?: 'auto' | 'en' | 'es' | 'fr' | 'de' | 'pt-BR' | 'ar' | (string & {});
  /** Another name for `lang`. */
  locale?: string;
  theme?: 'auto' | 'light' | 'dark';
  /** A CSS colour. The colour of text on it is computed. */
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
  /** Text beside the icon, which is also the button's name. */
  'launcher-label'?: string;
  /** `inline` is part of the page, and always open. */
  mode?: 'popup' | 'inline';
  /** For `inline`: CSS selector of the place. */
  target?: string;
  /** Opens the panel automatically; `remember` does so if it was open on the page before. */
  open?: 'remember' | 'true' | 'false';
  /** When the script tag loads the chat. */
  load?: 'interaction' | 'idle' | 'eager';
  /** The panel's name. */
  heading?: string;
  /** Maria's first words. */
  greeting?: string;
  /** URL of a picture. */
  avatar?: string;
  /** URL of your privacy policy. The default is the site's. */
  'privacy-url'?: string;
  /** Fewer files than the site allows. */
  'max-files'?: string | number;
  /** Fewer bytes for each file than the site allows. */
  'max-file-size'?: string | number;
  /** `true` shows the debug panel. */
  debug?: 'true' | 'false' | '';
}
