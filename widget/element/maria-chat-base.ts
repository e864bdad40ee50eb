import {ReactiveElement} from '@lit/reactive-element';
import type {PropertyDeclarations} from '@lit/reactive-element';

import {applyStyleAttributes, styleAttributes} from '../launcher/style-attributes.js';

/** Screens that the panel fills. It does not open there automatically. */
const NARROW = '(width<600px),(height<480px)';

/**
 * Attributes of the element, and state that depends on nothing else.
 *
 * @fires maria-ready - The launcher is on the page, and methods can be called.
 * @fires maria-before-open - The panel is about to open. `preventDefault()` keeps it closed.
 * @fires maria-open - The panel has opened.
 * @fires maria-close - The panel has closed.
 * @fires maria-step - The visitor has reached a step; sent again on each page load. `index` and `total` are null for steps that do not count.
 * @fires maria-consent - The server has recorded a decision.
 * @fires maria-file-accept - A file is about to be added. `preventDefault()` refuses it.
 * @fires maria-file-uploaded - A file is stored.
 * @fires maria-file-deleted - A stored file was deleted.
 * @fires maria-submitted - The visitor has submitted an e-mail address. `reference` is the session UUID.
 * @fires maria-complete - The e-mail address was confirmed while this page was open.
 * @fires maria-reset - The session of this browser has ended.
 * @fires maria-message - A message was written. The event does not contain its text.
 * @fires maria-unread - The number of unread messages has changed.
 * @fires maria-offline - The connection to the server was lost, or works again.
 * @fires maria-error - The chat failed. `code` is an error code of the API, `unavailable` or `offline`.
 * @slot launcher - Content of the launcher, instead of the icon.
 * @slot header - Title of the panel.
 * @slot avatar - Picture beside the title.
 * @csspart launcher - Button that opens and closes the panel.
 * @csspart badge - Number of unread messages on the launcher.
 * @csspart panel - Whole panel.
 * @csspart header - Bar with the title, the progress and the buttons.
 * @csspart log - Conversation so far.
 * @csspart message - One line of the conversation.
 * @csspart composer - Text field with its button.
 * @csspart button - Any button in the panel.
 * @csspart dropzone - Area where visitors choose or drop files.
 * @csspart file - Row of one file.
 * @csspart progress - Progress bar of an upload.
 * @csspart consent - The two buttons of a consent.
 * @csspart notice - Message about the connection, the session or an error.
 * @csspart toast - Message that disappears after a few seconds.
 * @csspart dialog - Menu, data of the visitor, and confirmation questions.
 * @cssstate open - The panel is open.
 * @cssstate unread - A message arrived while the panel was closed.
 * @cssstate uploading - An upload is in progress.
 * @cssstate offline - The server cannot be reached.
 * @cssstate verified - The e-mail address is confirmed.
 */
export class MariaChatBase extends ReactiveElement {
  static override properties: PropertyDeclarations = {
    site: {},
    api: {},
    lang: {},
    locale: {},
    theme: {},
    position: {},
    mode: {},
    heading: {},
    greeting: {},
    avatar: {},
    privacyUrl: {attribute: 'privacy-url'},
    maxFiles: {attribute: 'max-files', type: Number},
    maxFileSize: {attribute: 'max-file-size', type: Number},
    // The attribute `open`; the property of that name is the method.
    opening: {attribute: 'open'},
    debug: {},
  };

  declare site: string;
  /** URL of the server, without a slash at the end. */
  declare api: string;
  declare locale: string | null;
  declare theme: string;
  declare position: string;
  declare mode: string;
  declare heading: string | null;
  declare greeting: string | null;
  declare avatar: string | null;
  declare privacyUrl: string | null;
  declare maxFiles: number | null;
  declare maxFileSize: number | null;
  declare opening: string;
  declare debug: string | null;

  /** @internal Matches while the panel fills the screen. */
  readonly isNarrow = matchMedia(NARROW);
  private readonly internals = this.attachInternals();

  constructor() {
    super();
    this.site = 'demo';
    this.api = new URL('..', import.meta.url).href.slice(0, -1);
    this.theme = 'auto';
    this.position = 'end';
    this.mode = 'popup';
    this.opening = 'remember';
  }

  static override get observedAttributes() {
    return [...super.observedAttributes, ...styleAttributes];
  }

  override attributeChangedCallback(name: string, before: string | null, value: string | null) {
    super.attributeChangedCallback(name, before, value);
    if (styleAttributes.includes(name)) applyStyleAttributes(this, [name]);
  }

  /** @internal */
  get isInline() {
    return this.mode === 'inline';
  }

  /** @internal */
  get isFullScreen() {
    return this.isNarrow.matches && !this.isInline;
  }

  /** @internal */
  get chosenLang() {
    return this.getAttribute('lang') ?? this.locale;
  }

  /**
   * Sets a custom state, which pages use as `:state()`. Browsers that need dashes in custom states
   * throw (Chrome before 125); the chat works without them.
   */
  protected setState(name: string, isOn: boolean | undefined) {
    try {
      this.internals.states?.[isOn ? 'add' : 'delete'](name);
    } catch {
      // Only the page's `:state()` rules have no effect.
    }
  }
}
