import {PDF_CONTENT_TYPE} from '../../../server/contract/limits.js';

import {addFiles} from '../../core/commands/add-files.js';
import type {ViewContext} from '../view-context.js';

/** Beyond the end of any list. */
const END_PX = 1e5;

export interface FileDrop {
  isOver: boolean;
  files: FileList | null;
}

/** Returns what a drag, drop or paste on the panel means; null if it has no files. */
export const readFileEvent = (event: Event, panel: Element): FileDrop | null => {
  const data = (event as DragEvent).dataTransfer ?? (event as ClipboardEvent).clipboardData;
  if (!data?.types.includes('Files')) return null;
  if (event.type === 'paste' && isInField(event) && isText(data)) return null;
  // Otherwise the browser would leave the page to show the file.
  event.preventDefault();
  const isTaken = event.type === 'drop' || event.type === 'paste';
  const hasLeft = event.type === 'dragleave' && isOutside(event as DragEvent, panel);
  return {isOver: !isTaken && !hasLeft, files: isTaken ? data.files : null};
};

/** Adds files, and scrolls to them. */
export const takeFiles = async (
  {chat, messaging, whenUpdated}: ViewContext,
  files: Iterable<File>,
  root: ParentNode,
) => {
  await addFiles(chat, messaging!, files);
  await whenUpdated();
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
const isOutside = (event: DragEvent, panel: Element) =>
  !(event.relatedTarget instanceof Node && panel.contains(event.relatedTarget));
