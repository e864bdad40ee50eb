import {expect} from '@open-wc/testing';
import {sendMouse} from '@web/test-runner-commands';

import {inside, mount, mountOpen, newSite, sitePage, until} from './helpers.js';

const FAR = 'from { opacity: 0; transform: translateY(300px) }';

/** Rules that pages write for elements of their own, and that match the element as well. */
const RULES = [
  ':empty { display: none !important }',
  'body > :not([class]):empty { display: none !important }',
  'body > * { animation: far 9s infinite !important }',
  'body > * { clip-path: inset(50%) !important }',
  'body > * { contain: strict !important }',
  'body > * { container-type: size !important }',
  'body > * { content-visibility: hidden !important }',
  'body > * { filter: opacity(0) !important }',
  'body > * { mask: linear-gradient(#0000, #0000) !important }',
  'body > * { offset: path("M0 0L100 100") 100% !important }',
  'body > * { opacity: 0 !important }',
  'body > * { overflow: hidden !important; width: 0 !important; height: 0 !important }',
  'body > * { perspective: 1px !important }',
  'body > * { pointer-events: none !important }',
  'body > * { position: relative !important; inset: -500px auto auto 99px !important }',
  'body > * { margin: 99px !important; float: left !important; padding: 9px !important }',
  'body > * { transform: translateX(99px) !important; will-change: transform !important }',
  'body > * { visibility: hidden !important }',
  'body > * { z-index: -1 !important }',
  'body > * { zoom: 3 !important }',
  '* { font-size: 0 !important; color: #0000 !important; max-height: 0 !important }',
  '* { transition: all 9s !important; writing-mode: vertical-rl !important }',
];

/** Shown where the launcher is; the element has to be above it. */
const CORNER =
  '.corner { position: fixed; inset: auto 0 0 auto; width: 90px; height: 90px; z-index: 1 }';

const isSelectable = async (chat: Element) => {
  const line = await until(() => inside(chat, '.bubble > span:last-child'), 'a line');
  const {left, right, top} = line.getBoundingClientRect();
  const y = Math.round(top + 8);
  document.getSelection()!.removeAllRanges();
  await sendMouse({type: 'move', position: [Math.round(left + 2), y]});
  await sendMouse({type: 'down'});
  await sendMouse({type: 'move', position: [Math.round(right - 4), y]});
  await sendMouse({type: 'up'});
  const shadowRoots = [chat.shadowRoot!];
  const [range] = document.getSelection()!.getComposedRanges({shadowRoots});
  return chat.shadowRoot!.contains(range!.startContainer) && range!.endOffset > range!.startOffset;
};

describe('styles of the page', () => {
  for (const rule of RULES) {
    it(`${rule}: the launcher is where it was, and can be pressed`, async () => {
      const look = `@keyframes far { ${FAR} } ${CORNER} ${rule}`;
      const query = new URLSearchParams({site: newSite(), look});
      const {chat, document, window} = await sitePage(query.toString());
      const main = document.body.appendChild(document.createElement('main'));
      main.innerHTML = '<div class="corner">The page</div>';
      const launcher = inside(chat, '.launcher')!;
      const isThere = () => {
        const {left, top, width, height} = launcher.getBoundingClientRect();
        // Less the scrollbars, which some browsers draw beside the page.
        const {clientWidth, clientHeight} = document.documentElement;
        const isInPlace = left === clientWidth - 80 && top === clientHeight - 80;
        return isInPlace && width === 60 && height === 60;
      };
      await until(isThere, 'the launcher in its place');
      const {left, top} = launcher.getBoundingClientRect();
      const isOnTop = () => document.elementFromPoint(left + 30, top + 30) === chat;
      await until(isOnTop, 'the launcher to be on top');
      const shownStyles = () => {
        const {opacity, clipPath, filter, maskImage, contentVisibility} =
          window.getComputedStyle(chat);
        return [opacity, clipPath, filter, maskImage, contentVisibility].join(' ');
      };
      await until(() => shownStyles() === '1 none none none visible', 'the element to be shown');
      expect(window.getComputedStyle(launcher).visibility).to.equal('visible');
    });
  }

  for (const rule of RULES.filter((one) => one.includes(':empty'))) {
    it(`${rule}: an element that the page contains itself is shown`, async () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(rule);
      document.adoptedStyleSheets = [sheet];
      const chat = await mount();
      document.body.append(chat);
      const launcher = inside(chat, '.launcher')!;
      await until(() => launcher.getBoundingClientRect().width === 60, 'the launcher to be shown');
      await chat.open();
      await until(() => inside(chat, '.panel')!.getBoundingClientRect().width > 0, 'the panel');
      await chat.destroy();
      document.adoptedStyleSheets = [];
    });
  }

  for (const rule of [
    'body { -webkit-user-select: none; user-select: none }',
    '* { -webkit-user-select: none !important; user-select: none !important }',
  ]) {
    it(`${rule}: text in the panel can be selected`, async () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(rule);
      document.adoptedStyleSheets = [sheet];
      const chat = await mountOpen();
      const panel = getComputedStyle(inside(chat, '.panel')!);
      expect(panel.userSelect || panel.webkitUserSelect).to.equal('text');
      expect(await isSelectable(chat)).to.equal(true);
      document.adoptedStyleSheets = [];
    });
  }
});
