import {getDocument} from 'unpdf/pdfjs';

import type {FrameMessage, ShowMessage, ZoomMessage} from '../core/frame-messages.js';
import {frameStyles} from './styles.js';

/** Interval at which the frame reports that it still runs. */
const ALIVE_MS = 1_000;
const MAX_PAGES = 500;
/** Number of canvases at a time, because each needs memory. */
const MAX_CANVASES = 5;
const MAX_CANVAS_PIXELS = 8_000_000;
/** Limit for one image, which could otherwise require gigabytes of memory. */
const MAX_IMAGE_PIXELS = 16_777_216;
const NO_ERRORS = 0;

type Pdf = Awaited<ReturnType<typeof getDocument>['promise']>;
type PdfPage = Awaited<ReturnType<Pdf['getPage']>>;

const tell = (message: FrameMessage) => parent.postMessage(message, '*');

/** Draws the pages that are on the screen, and removes the canvases of the others. */
const show = async ({bytes, label, more, isDark}: ShowMessage): Promise<void> => {
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
  const pdf = await getDocument({
    data: new Uint8Array(bytes),
    maxImageSize: MAX_IMAGE_PIXELS,
    // No part of a file is ever executed, even if the library's default changes.
    isEvalSupported: false,
    enableXfa: false,
    useWorkerFetch: false,
    disableAutoFetch: true,
    stopAtErrors: false,
    verbosity: NO_ERRORS,
  }).promise;
  const count = Math.min(pdf.numPages, MAX_PAGES);
  const {width, height} = (await pdf.getPage(1)).getViewport({scale: 1});
  /** Sheets with a canvas, and the width for which it is drawn; the oldest first. */
  const drawn = new Map<HTMLElement, number>();
  const draw = async (sheet: HTMLElement) => {
    const width = sheet.clientWidth;
    if (drawn.get(sheet) === width) return;
    drawn.delete(sheet);
    drawn.set(sheet, width);
    const [oldest] = drawn.keys();
    if (oldest && drawn.size > MAX_CANVASES) {
      drawn.delete(oldest);
      oldest.replaceChildren();
    }
    try {
      const page = await pdf.getPage(Number(sheet.dataset['page']));
      const canvas = await toCanvas(page, sheet);
      if (drawn.get(sheet) === width) sheet.replaceChildren(canvas);
    } catch {
      // One damaged page does not hide the others.
      sheet.classList.add('broken');
    }
    tell({type: 'shown'});
  };
  const observer = new IntersectionObserver((entries) => {
    for (const {target, isIntersecting} of entries)
      if (isIntersecting) void draw(target as HTMLElement);
  });
  for (let page = 1; page <= count; page++) {
    const sheet = createSheet(page, fill(label, {page, total: pdf.numPages}));
    sheet.style.setProperty('aspect-ratio', `${width} / ${height}`);
    observer.observe(sheet);
  }
  redraw = () => {
    observer.disconnect();
    for (const sheet of document.querySelectorAll('.page')) observer.observe(sheet);
  };
  new ResizeObserver(tellHeight).observe(document.body);
  if (count === pdf.numPages) return;
  const note = document.createElement('p');
  note.textContent = fill(more, {count});
  document.body.append(note);
};

/** Draws the visible pages again, for their new width. */
let redraw = () => {};

const tellHeight = () => {
  const {marginBlockStart, marginBlockEnd} = getComputedStyle(document.body);
  const margins = Number.parseFloat(marginBlockStart) + Number.parseFloat(marginBlockEnd);
  tell({type: 'height', height: Math.ceil(document.body.getBoundingClientRect().height + margins)});
};

/** Changes the size of the pages, and keeps what is in the middle of the window there. */
const zoomTo = (zoom: number): void => {
  const {dataset, scrollLeft, scrollTop, clientWidth, clientHeight} = document.documentElement;
  const ratio = zoom / Number(dataset['zoom'] ?? 1);
  const move = (start: number, size: number) => (start + size / 2) * ratio - size / 2;
  dataset['zoom'] = String(zoom);
  document.body.style.setProperty('--zoom', String(zoom));
  scrollTo(move(scrollLeft, clientWidth), move(scrollTop, clientHeight));
  redraw();
};

const createSheet = (page: number, label: string): HTMLElement => {
  const sheet = document.createElement('div');
  sheet.className = 'page';
  sheet.dataset['page'] = String(page);
  sheet.setAttribute('role', 'img');
  sheet.setAttribute('aria-label', label);
  document.body.append(sheet);
  return sheet;
};

const fill = (text: string, values: Readonly<Record<string, number>>) =>
  text.replace(/\{(\w+)\}/g, (_place, name: string) => String(values[name] ?? ''));

/** Pixels of a canvas per pixel of the page: small letters on a narrow screen need more. */
const density = () => Math.max(devicePixelRatio, matchMedia('(width < 40rem)').matches ? 2 : 1);

const toCanvas = async (page: PdfPage, sheet: HTMLElement): Promise<HTMLCanvasElement> => {
  const {width, height} = page.getViewport({scale: 1});
  const wanted = (sheet.clientWidth * density()) / width;
  const largest = Math.sqrt(MAX_CANVAS_PIXELS / (width * height));
  const viewport = page.getViewport({scale: Math.min(wanted, largest)});
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(viewport.width);
  canvas.height = Math.round(viewport.height);
  sheet.style.setProperty('aspect-ratio', `${width} / ${height}`);
  // Without annotations, so that a file has neither links nor forms.
  await page.render({canvas, viewport, annotationMode: 0}).promise;
  return canvas;
};

addEventListener('message', ({source, data}: MessageEvent<ShowMessage | ZoomMessage>) => {
  if (source !== parent) return;
  if ('zoom' in data) {
    zoomTo(data.zoom);
    return;
  }
  show(data).catch((error: Error) =>
    tell({type: 'failed', reason: error.name === 'PasswordException' ? 'password' : 'broken'}),
  );
});

const sheet = new CSSStyleSheet();
sheet.replaceSync(frameStyles);
document.adoptedStyleSheets = [sheet];
// Chromium skips a frame in which nothing has a place in the order of Tab.
document.body.tabIndex = 0;
setInterval(() => tell({type: 'alive'}), ALIVE_MS);
tell({type: 'ready'});
