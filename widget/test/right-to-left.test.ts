import {expect} from '@open-wc/testing';

import {intakeStyles} from '../element/intake.js';
import {styles} from '../ui/styles/index.js';
import {inside, mountOpen, newSite, until} from './helpers.js';

describe('right to left', () => {
  it('Arabic turns the panel’s contents round, and nothing sticks out', async () => {
    const chat = await mountOpen(newSite(), 'ar');
    const box = inside(chat, '.inside')!;
    expect(box.dir).to.equal('rtl');
    expect(inside(chat, 'h2')!.textContent).to.equal('ماريا');
    expect(inside(chat, '.panel')!.ariaLabel).to.equal('ماريا');
    for (const avatar of ['.header .avatar', '.line .avatar'])
      expect(inside(chat, avatar)!.textContent).to.equal('م');
    expect(getComputedStyle(box).direction).to.equal('rtl');
    const avatar = inside(chat, '.header .avatar')!.getBoundingClientRect();
    const close = inside(chat, '.header button:last-of-type')!.getBoundingClientRect();
    expect(avatar.left).to.be.greaterThan(close.left);
    expect(box.scrollWidth).to.be.at.most(box.clientWidth);
  });

  it('on a page from right to left the launcher stands at the left', async () => {
    document.documentElement.dir = 'rtl';
    const chat = await mountOpen(newSite(), 'ar');
    const launcher = await until(() => inside(chat, '.launcher'), 'the launcher');
    expect(launcher.getBoundingClientRect().left).to.equal(20);
    expect(inside(chat, '.panel')!.getBoundingClientRect().left).to.equal(20);
    document.documentElement.removeAttribute('dir');
  });

  it('the style sheets know no left and no right but for those positions', () => {
    const sheets = [...styles, ...intakeStyles];
    const rules = sheets
      .flatMap(({cssRules}) => [...cssRules].map(({cssText}) => cssText))
      .join('')
      .replace(/:host\(\[position="(left|right)"\]\)[^}]*}/g, '');
    expect(rules).to.not.match(/(^|[\s;{-])(left|right)\s*:/);
    expect(rules).to.not.match(/(margin|padding|border)-(left|right)/);
  });
});
