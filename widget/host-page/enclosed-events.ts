/** Events that concern the widget only. Scripts of the page would cancel them or read along. */
const ENCLOSED_EVENTS = [
  // Firefox has two further events for the wheel, each of which keeps it from scrolling if cancelled.
  'DOMMouseScroll',
  'MozMousePixelScroll',
  'beforeinput',
  'compositionend',
  'compositionstart',
  'compositionupdate',
  'contextmenu',
  'copy',
  'cut',
  'dragstart',
  'focusin',
  'input',
  'mousedown',
  'mousewheel',
  'paste',
  'pointerdown',
  'selectstart',
  'touchmove',
  'touchstart',
  'wheel',
];

const KEY_EVENTS = ['keydown', 'keypress', 'keyup'];

/** Keys with which buttons, links and lists are operated. */
const OPERATING_KEY = /^( |Enter|Arrow\w+|Page\w+|Home|End)$/;

/** Keys that mean the same in a text field as elsewhere. */
const LEAVING_KEY = /^(Escape|Tab)$/;

/**
 * Stops the events of the widget at its shadow root. Listeners of the page that capture events
 * receive them earlier than any listener of ours and cannot be kept from it.
 */
export const encloseEvents = (root: ShadowRoot) => {
  for (const type of ENCLOSED_EVENTS) root.addEventListener(type, stop, {passive: true});
  for (const type of KEY_EVENTS) root.addEventListener(type, stopTyping);
  root.addEventListener('mousedown', leaveField);
};

/**
 * A press in the widget first takes the focus from a field of the page. A dialog of the page that
 * does not let the focus go elsewhere does not object to its going nowhere.
 */
const leaveField = ({currentTarget}: Event) => {
  const isInside = (currentTarget as ShadowRoot).activeElement !== null;
  if (!isInside) (document.activeElement as HTMLElement | null)?.blur();
};

const stop = (event: Event) => event.stopPropagation();

/** Shortcuts with a modifier reach the page. */
const stopTyping = (event: Event) => {
  // Autofill dispatches plain events of these types.
  const {key = '', ctrlKey, metaKey, altKey} = event as Partial<KeyboardEvent>;
  const isShortcut = ctrlKey || metaKey || altKey;
  if (isShortcut && !isThirdLevel(event)) return;
  const isTyped = isEditable(event.composedPath()[0] as Element);
  if (isTyped ? !LEAVING_KEY.test(key) : OPERATING_KEY.test(key)) stop(event);
};

/**
 * AltGr types a character, although it reports Ctrl and Alt. The Option key of a Mac does, although
 * it reports Alt; where Alt types nothing, the key stays a letter or digit.
 */
const isThirdLevel = (event: Partial<KeyboardEvent>) =>
  event.getModifierState?.('AltGraph') ||
  (event.altKey && !event.ctrlKey && !event.metaKey && /^[^\w ]$/.test(event.key ?? ''));

const isEditable = (element: Element) => element.matches('input, textarea, select');
