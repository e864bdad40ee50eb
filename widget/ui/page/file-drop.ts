import {PDF_CONTENT_TYPE} from '../../../server/contract/limits.js';

import {addFiles} from '../../core/commands/add-files.js';
import type {ViewContext} from '../view-context.js';
import type {PanelHost} from './panel-host.js';

/** Beyond the end of any list. */
const END_PX = 1e5;

/** Browsers repeat `dragover` every 350 ms at most while files are held over an element. */
const DRAG_END_MS = 1_000;

interface DropController {
  readonly element: PanelHost;
  readonly viewContext: ViewContext | null;
  setDropping(isDropping: boolean): void;
}

/** Accepts files at every step: a browser would leave the page to show a file that is not taken. */
export const connectFileDrop = (controller: DropController, signal: AbortSignal) => {
  const {panelFocus, renderRoot} = controller.element;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** No event reports the end of a drag whose element was removed, so repeated events have to stop. */
  const setDropping = (isDropping: boolean) => {
    controller.setDropping(isDropping);
    clearTimeout(timer);
    if (isDropping) timer = setTimeout(() => setDropping(false), DRAG_END_MS);
  };
  const onEvent = (event: Event) => {
    const files = filesOf(event);
    if (!files) return;
    // Otherwise the browser would leave the page to show the file.
    event.preventDefault();
    const isTaken = event.type === 'drop' || event.type === 'paste';
    setDropping(!isTaken && !hasLeft(event as DragEvent, panelFocus.panel!));
    const context = controller.viewContext;
    if (isTaken && context) void takeFiles(context, files, renderRoot);
  };
  for (const type of ['dragenter', 'dragover', 'dragleave', 'drop', 'paste']) {
    renderRoot.addEventListener(type, onEvent, {signal});
  }
  signal.addEventListener('abort', () => setDropping(false));
};

/** Returns the files of a drag, drop or paste on the panel; null if it has none. */
const filesOf = (event: Event) => {
  const data = (event as DragEvent).dataTransfer ?? (event as ClipboardEvent).clipboardData;
  if (!data?.types.includes('Files')) return null;
  const isOfText = event.type === 'paste' && isInField(event) && isText(data);
  return isOfText ? null : data.files;
};

/** Adds files, and scrolls to them. */
export const takeFiles = async (context: ViewContext, files: Iterable<File>, root: ParentNode) => {
  await addFiles(context.chat, context.messaging, files);
  await context.whenUpdated();
  root.querySelector('.tray')?.scrollTo(0, END_PX);
};

/**
 * Office programs add a picture of the text. The Finder of a Mac adds the name of a copied file, which
 * is no text to paste.
 */
const isText = ({types, files}: DataTransfer) =>
  types.includes('text/plain') && ![...files].some(({type}) => type === PDF_CONTENT_TYPE);

const isInField = (event: Event) => {
  const [target] = event.composedPath();
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
};

/** Browsers report a move to a child of the panel as leaving, too. */
const hasLeft = ({relatedTarget, type}: DragEvent, panel: Element) =>
  type === 'dragleave' && !(relatedTarget instanceof Node && panel.contains(relatedTarget));
