import {LitElement} from 'lit';
import type {PropertyDeclarations} from 'lit';

import {readStored} from '../launcher/stored-value.js';
import {applyStyleAttributes, styleAttributes} from '../launcher/style-attributes.js';

/** The panel fills such screens, and does not open there by itself. */
const NARROW = '(width<600px),(height<480px)';

/**
 * Attributes of the element, and state that depends on nothing else.
 *
 * @fires maria-ready - the launcher is on the page
 * @fires maria-before-open - cancelable
 * @fires maria-open
 * @fires maria-close
 * @fires maria-step - `step`, `index`, `total`
 * @fires maria-consent - `purpose`, `granted`
 * @fires maria-file-accept - cancelable; `size`, `contentType`
 * @fires maria-file-uploaded - `fileId`, `size`
 * @fires maria-file-deleted - `fileId`
 * @fires maria-submitted - `reference`
 * @fires maria-complete - `reference`
 * @fires maria-reset - `reason`
 * @fires maria-message - `messageId`, `role`
 * @fires maria-unread - `count`
 * @fires maria-offline - `isOffline`
 * @fires maria-error - `code`
 * @slot launcher - what stands in the button
 * @slot header - the panel's title
 * @slot avatar - the picture beside the title
 * @csspart launcher - the button that opens and closes
 * @csspart badge - how much is unread
 * @csspart panel - the whole chat
 * @csspart header - title, step and buttons above
 * @csspart log - all that was said
 * @csspart message - one line of it
 * @csspart composer - a question's field and its button
 * @csspart button - any button of the panel
 * @csspart dropzone - where files are chosen or dropped
 * @csspart file - one file's row
 * @csspart progress - how far its upload is
 * @csspart consent - the two equal answers
 * @csspart notice - what concerns the whole conversation
 * @csspart toast - what is said for a moment
 * @csspart dialog - the menu, what it leads to, and questions before something is lost
 * @cssstate open - the panel is open
 * @cssstate unread - Maria has spoken while it was closed
 * @cssstate uploading - a file is on its way
 * @cssstate offline - no connection
 * @cssstate verified - the address is confirmed
 */
export class MariaChatBase extends LitElement {
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
  /** The backend's address, without a slash at the end. */
  declare api: string;
  declare locale: string | null;
  declare theme: string;
  declare position: string;
  /** `popup`, or `inline`: part of the page, always open. */
  declare mode: string;
  declare heading: string | null;
  /** Said instead of Maria's own welcome. */
  declare greeting: string | null;
  /** The address of a picture. */
  declare avatar: string | null;
  declare privacyUrl: string | null;
  /** These two can only be stricter than the site's own limits. */
  declare maxFiles: number | null;
  /** In bytes. */
  declare maxFileSize: number | null;
  declare opening: string;
  /** Anything but `false` shows the debug panel. */
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
    if (!styleAttributes.includes(name)) return;
    if (before !== null) this.style.removeProperty(`--maria-${name}`);
    applyStyleAttributes(this, [name]);
  }

  get isInline() {
    return this.mode === 'inline';
  }

  /** @internal */
  get isFullScreen() {
    return this.isNarrow.matches && !this.isInline;
  }

  protected get wantsOpen() {
    if (this.isInline) return true;
    if (this.opening !== 'remember') return this.opening === 'true';
    return readStored(this.site, 'open') !== null;
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
