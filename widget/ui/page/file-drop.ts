import {PDF_CONTENT_TYPE} from '../../../server/contract/limits.js';

export interface FileDropState {
  isOver: boolean;
  files: FileList | null;
}

/** What a drag, drop or paste on the panel means; null if it carries no files. */
export const readFileEvent = (event: Event, panel: Element): FileDropState | null => {
  const data = (event as DragEvent).dataTransfer ?? (event as ClipboardEvent).clipboardData;
  if (!data?.types.includes('Files')) return null;
  if (event.type === 'paste' && isInField(event) && isText(data)) return null;
  // Otherwise the browser would leave the page for the file.
  event.preventDefault();
  const isTaken = event.type === 'drop' || event.type === 'paste';
  const hasLeft = event.type === 'dragleave' && isOutside(event as DragEvent, panel);
  return {isOver: !isTaken && !hasLeft, files: isTaken ? data.files : null};
};

/**
 * Office programs put a picture of the text beside it. The Finder of a Mac puts the name of a copied
 * file beside that.
 */
const isText = ({types, files}: DataTransfer) =>
  types.includes('text/plain') && ![...files].some(({type}) => type === PDF_CONTENT_TYPE);

const isInField = (event: Event) => {
  const [target] = event.composedPath();
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
};

/** Moving on to a child of the panel is reported as leaving, too. */
const isOutside = (event: DragEvent, panel: Element) =>
  !(event.relatedTarget instanceof Node && panel.contains(event.relatedTarget));
