import {getDocument} from 'unpdf/pdfjs';

import type {FrameMessage, ShowMessage} from '../core/frame-messages.js';
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
  const drawn: HTMLElement[] = [];
  const draw = async (sheet: HTMLElement) => {
    if (drawn.includes(sheet)) return;
    drawn.push(sheet);
    if (drawn.length > MAX_CANVASES) drawn.shift()?.replaceChildren();
    try {
      const page = await pdf.getPage(Number(sheet.dataset['page']));
      sheet.replaceChildren(await toCanvas(page, sheet));
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
  if (count === pdf.numPages) return;
  const note = document.createElement('p');
  note.textContent = fill(more, {count});
  document.body.append(note);
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

const toCanvas = async (page: PdfPage, sheet: HTMLElement): Promise<HTMLCanvasElement> => {
  const {width, height} = page.getViewport({scale: 1});
  const wanted = (sheet.clientWidth * Math.min(devicePixelRatio, 2)) / width;
  const largest = Math.sqrt(MAX_CANVAS_PIXELS / (width * height));
  const viewport = page.getViewport({scale: Math.min(wanted, largest)});
  const canvas = document.createElement('canvas');
  canvas.width = Math.floor(viewport.width);
  canvas.height = Math.floor(viewport.height);
  sheet.style.setProperty('aspect-ratio', `${width} / ${height}`);
  // Without annotations, so that a file has neither links nor forms.
  await page.render({canvas, viewport, annotationMode: 0}).promise;
  return canvas;
};

addEventListener('message', ({source, data}: MessageEvent<ShowMessage>) => {
  if (source !== parent) return;
  show(data).catch((error: Error) =>
    tell({type: 'failed', reason: error.name === 'PasswordException' ? 'password' : 'broken'}),
  );
});

const sheet = new CSSStyleSheet();
sheet.replaceSync(frameStyles);
document.adoptedStyleSheets = [sheet];
setInterval(() => tell({type: 'alive'}), ALIVE_MS);
tell({type: 'ready'});
