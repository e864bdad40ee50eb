import type {CDPSession, Locator} from 'playwright-core';
import t from 'tap';

import {startServer} from '../start-server.js';
import {openBrowser} from './browser.js';
import {openSite, createScriptTag} from './site-page.js';

const PHONE = {viewport: {width: 375, height: 700}, isMobile: true, hasTouch: true};
const CONSENT = /May we store your name/;

t.test('a double press', async (t) => {
  const {url} = await startServer(t);
  const browser = await openBrowser(t);
  const body = createScriptTag(url, 'data-load="eager"');

  await t.test('with a finger on the launcher does not send what is in the field', async (t) => {
    const {context, widget, session, page} = await openSite(browser, {body, ...PHONE});
    await page.waitForFunction('customElements.get("maria-chat")');
    await page.evaluate(`MariaChat.sendMessage('Is a copy enough?')`);
    await widget.button('Start').waitFor();
    await page.evaluate('MariaChat.close()');
    await widget.root.locator('.panel').waitFor({state: 'hidden'});
    const place = await getMiddle(widget.button('Open chat'));
    const seconds = Date.now() / 1000;

    await tap(session, place, seconds);
    const send = widget.button('Send');
    await send.waitFor();
    t.ok(getDistance(await getMiddle(send), place) < 50, 'both buttons are in the same place');
    await tap(session, place, seconds + 0.2);
    await widget.button('Start').waitFor();
    const focused = 'MariaChat.element.shadowRoot.activeElement?.localName';
    t.not(await page.evaluate(focused), 'textarea', 'no keyboard covers the doors');
    await tap(session, await getMiddle(widget.root.locator('textarea')), seconds + 3);
    await widget.root.locator('textarea:focus').waitFor();
    t.equal(await widget.getByText(CONSENT).count(), 0);

    await tap(session, await getMiddle(send), seconds + 4);
    await t.resolves(widget.getByText(CONSENT).waitFor(), 'a later press counts');
    await context.close();
  });

  await t.test('with a mouse on the launcher opens the chat', async (t) => {
    const {page, context, widget} = await openSite(browser, {body});
    await page.waitForFunction('customElements.get("maria-chat")');
    await page.waitForLoadState('networkidle');

    await widget.button('Open chat').dblclick();
    await widget.button('Start').waitFor();
    t.equal(await page.evaluate('MariaChat.element.isOpen'), true);
    await widget.button('Open chat').click();
    await page.waitForFunction('!MariaChat.element.isOpen');
    await context.close();
  });

  await t.test('with a mouse on a refusal shows the goodbye', async (t) => {
    const {page, context, widget} = await openSite(browser, {body});
    await widget.open();
    await widget.submitName('Ana');
    await widget.getByText(CONSENT).waitFor();
    const place = await getMiddle(widget.button('I do not agree'));

    await page.mouse.click(place.x, place.y);
    await widget.button('I’ve changed my mind').waitFor();
    const next = await getMiddle(widget.button('I’ve changed my mind'));
    await page.mouse.move(next.x, next.y);
    // The second half of a double press hits the new button.
    await page.mouse.down({clickCount: 2});
    await page.mouse.up({clickCount: 2});

    t.equal(await widget.button('I’ve changed my mind').isVisible(), true);
    await widget.button('I’ve changed my mind').click();
    await t.resolves(widget.getByText(CONSENT).nth(1).waitFor(), 'a single press counts');
    await context.close();
  });
});

interface Place {
  x: number;
  y: number;
}

async function getMiddle(element: Locator): Promise<Place> {
  const box = await element.boundingBox();
  if (!box) throw new Error('The element is not displayed.');
  return {x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2)};
}

const getDistance = (place: Place, other: Place) =>
  Math.hypot(place.x - other.x, place.y - other.y);

/** Taps with an explicit timestamp, so that a slow machine does not separate two quick taps. */
async function tap(session: CDPSession, {x, y}: Place, timestamp: number): Promise<void> {
  await session.send('Input.dispatchTouchEvent', {
    type: 'touchStart',
    touchPoints: [{x, y}],
    timestamp,
  });
  await session.send('Input.dispatchTouchEvent', {
    type: 'touchEnd',
    touchPoints: [],
    timestamp: timestamp + 0.05,
  });
}
