/**
 * Protects the element from the page around it. The loader fetches this small chunk as soon as it
 * has made the launcher. It must import no values that the chat imports as well: shared code would
 * be bundled with the chat, which is loaded only when a visitor comes near the launcher.
 */
import {ignoreSecondPresses} from './double-press.js';
import {encloseEvents} from './enclosed-events.js';
import {showEmpty} from './not-empty.js';
import {keepPresent} from './presence.js';
import type {Placement} from './presence.js';
import {leaveStaleEntries} from './stale-entries.js';
import {hostPageStyles} from './styles.js';
import {watchPlace} from './top-layer.js';
import type {TopLayer} from './top-layer.js';
import {keepUsable} from './usable.js';

const sheet = new CSSStyleSheet();
sheet.replaceSync(hostPageStyles);

const topLayers = new WeakMap<HTMLElement, TopLayer>();

/** Protects the element; to be called again when it was moved. */
export const protectElement = (host: HTMLElement) => {
  showEmpty(host);
  if (topLayers.has(host)) return topLayers.get(host)!.check();
  topLayers.set(host, watchPlace(host));
  host.shadowRoot!.adoptedStyleSheets.push(sheet);
  keepUsable(host);
  leaveStaleEntries();
  listen(host);
};

/** To be called for an element that has left the page, so that nothing keeps it in memory. */
export const releaseElement = (host: HTMLElement) => topLayers.get(host)?.rest();

/** Protects an element that the loader has made. It comes back when the page empties its body. */
export const keepOnPage = (host: HTMLElement, placement: Omit<Placement, 'onMove'>) => {
  protectElement(host);
  keepPresent(host, {
    ...placement,
    onMove: () => protectElement(host),
    listen: () => {
      listen(host);
      placement.listen();
      (host as {listenAgain?(): void}).listenAgain?.();
    },
  });
};

const listen = (host: HTMLElement) => {
  for (const type of ['beforeprint', 'afterprint']) window.addEventListener(type, onPrint);
  encloseEvents(host.shadowRoot!);
  ignoreSecondPresses(host.shadowRoot!);
  topLayers.get(host)!.listen();
};

/** Printers have no top layer. One listener for all elements: one for each would keep it in memory. */
const onPrint = ({type}: Event) => {
  for (const host of document.querySelectorAll('maria-chat'))
    topLayers.get(host)?.[type === 'beforeprint' ? 'leave' : 'check']();
};
