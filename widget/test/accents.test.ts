import {expect} from '@open-wc/testing';
import {emulateMedia} from '@web/test-runner-commands';

import type {MariaChat} from '../index.js';
import {backend, choose, inside, mountOpen, newSite, pdf, reachFiles, until} from './helpers.js';
import {contrastOf} from './colours.js';

const READABLE = 4.5;
const DISCERNIBLE = 3;

const ACCENTS = [
  ...['#000', '#fff', '#777', '#757575', '#808080', '#767676', '#f5f5f5', '#111827'],
  ...['#ff0000', '#00ff00', '#0000ff', '#ffff00', '#00ffff', '#ff00ff'],
  ...['#ffd60a', '#0b1f4b', '#22c55e', '#ef4444', '#f97316', '#f59e0b', '#84cc16', '#10b981'],
  ...['#14b8a6', '#06b6d4', '#0ea5e9', '#3b82f6', '#6366f1', '#5646df', '#8b5cf6', '#a855f7'],
  ...['#d946ef', '#ec4899', '#f43f5e', '#78350f', '#064e3b', '#1e3a8a', '#4c1d95', '#831843'],
  ...['hotpink', 'rebeccapurple', 'gold', 'lavender', 'tomato', 'teal', 'maroon', 'beige'],
  ...['oklch(0.7 0.2 140)', 'color(display-p3 0 1 0)', 'hsl(48 100% 50%)', 'rgb(200 30 30)'],
];

interface Pair {
  what: string;
  contrast: number;
  atLeast: number;
}

/** Every colour that follows from the accent, over what it stands on. */
const pairs = (chat: MariaChat): Pair[] => {
  const seen = (selector: string) => getComputedStyle(inside(chat, selector)!);
  const panel = seen('.panel').backgroundColor;
  const pair = (what: string, atLeast: number, colours: [string, string]) => ({
    what,
    atLeast,
    contrast: contrastOf(...colours, panel),
  });
  const tint = seen('.notice').backgroundColor;
  return [
    pair('words on the button', READABLE, [
      seen('.primary').color,
      seen('.primary').backgroundColor,
    ]),
    pair('words on the button that is pointed at', READABLE, [
      seen('.primary').color,
      pointedAt(inside(chat, '.primary')!),
    ]),
    pair('the visitor’s words', READABLE, [
      seen('.visitor .bubble').color,
      seen('.visitor .bubble').backgroundColor,
    ]),
    pair('the button on the panel', DISCERNIBLE, [seen('.primary').borderTopColor, panel]),
    pair('the steps behind, beside those ahead', DISCERNIBLE, [
      seen('.steps i').backgroundColor,
      seen('.steps').backgroundColor,
    ]),
    pair('the drop zone’s words', READABLE, [seen('.dropzone').color, panel]),
    pair('its words while pointed at', READABLE, [seen('.dropzone').color, tint]),
    pair('an icon on the panel', DISCERNIBLE, [seen('.badge-icon').color, panel]),
    pair('an icon on the ground of a card', DISCERNIBLE, [seen('.badge-icon').color, tint]),
    pair('words of a notice', READABLE, [seen('.notice').color, tint]),
    pair('the ring of the focus', DISCERNIBLE, [focusRing(chat), panel]),
    pair('the launcher’s drawing', DISCERNIBLE, [
      seen('.launcher').color,
      seen('.launcher').backgroundColor,
    ]),
  ];
};

/** Returns the ground of a button that is pointed at. */
const pointedAt = (button: HTMLElement) => {
  button.style.background = 'var(--hover)';
  const {backgroundColor} = getComputedStyle(button);
  button.style.background = '';
  return backgroundColor;
};

const focusRing = (chat: MariaChat) => {
  const log = inside(chat, '.log')!;
  log.focus();
  return getComputedStyle(log).outlineColor;
};

const faults = (chat: MariaChat) =>
  pairs(chat)
    .filter(({contrast, atLeast}) => contrast < atLeast)
    .map(({what, contrast}) => `${what}: ${contrast.toFixed(2)}`);

describe('accents', () => {
  for (const theme of ['light', 'dark'] as const) {
    it(`${ACCENTS.length} of them leave everything readable, ${theme}`, async () => {
      await emulateMedia({reducedMotion: 'reduce'});
      const site = newSite();
      const chat = await mountOpen(site);
      await chat.setTheme(theme);
      await backend.fault(site, {path: '/progress', drop: true});
      await reachFiles(chat);
      await choose(chat, pdf('a.pdf'));
      await until(() => inside(chat, '.primary:enabled'), 'the button');
      await until(() => inside(chat, '.notice'), 'the notice that there is no line');

      const found: Record<string, string[]> = {};
      for (const accent of ACCENTS) {
        chat.setAttribute('accent', accent);
        await chat.updateComplete;
        const wrong = faults(chat);
        if (wrong.length > 0) found[accent] = wrong;
      }

      expect(found).to.deep.equal({});
    });
  }
});
