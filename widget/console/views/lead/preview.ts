import {html} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {LeadFile} from '../../../../server/contract/owner-files.js';
import {callForBytes} from '../../core/api.js';
import {CONSOLE} from '../../core/base.js';
import type {FrameMessage, ShowMessage, ZoomMessage} from '../../core/frame-messages.js';
import {ApiError} from '../../core/api.js';
import {errorText} from '../../parts/states.js';
import {formatPercent} from '../../texts/format.js';
import type {TextKey} from '../../texts/texts.js';
import {say, textOf} from '../../texts/texts.js';

/** Time after which a frame that sends nothing is removed. */
const SILENT_MS = 10_000;

const ZOOMS = [1, 1.5, 2, 3];

/** Pages of a file in a frame that has no origin and no network. */
export interface Preview {
  render: () => TemplateResult;
  stop: () => void;
}

const FAILURES = {password: 'textPassword', broken: 'textBroken'} as const;

/** Creates the frame, loads the bytes, and sends them to it. */
export const createPreview = ({id, name}: LeadFile, update: () => void): Preview => {
  const frame = document.createElement('iframe');
  const controller = new AbortController();
  let failure: TextKey | '' = '';
  let problemText = '';
  let isShown = false;
  let zoom = 1;
  let timer: ReturnType<typeof setTimeout> | undefined;
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.title = say('pagesOfFile', {name});
  frame.src = `${CONSOLE}pages/`;

  const stop = () => {
    clearTimeout(timer);
    controller.abort();
    frame.remove();
  };
  const fail = (key: TextKey) => {
    stop();
    failure = key;
    update();
  };
  const expectLife = () => {
    clearTimeout(timer);
    // A browser slows down the clocks of a hidden page.
    timer = setTimeout(() => (document.hidden ? expectLife() : fail('tooHeavy')), SILENT_MS);
  };
  const send = async () => {
    try {
      const bytes = await callForBytes(`files/${id}/bytes`, controller.signal);
      const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
      const message: ShowMessage = {
        bytes,
        label: textOf('pageOf'),
        more: textOf('morePages'),
        isDark,
      };
      // The frame has no origin that could be named.
      frame.contentWindow?.postMessage(message, '*', [bytes]);
    } catch (error) {
      if (controller.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      problemText = errorText(error);
      stop();
      update();
    }
  };
  const receive = ({source, data}: MessageEvent<FrameMessage>) => {
    if (source !== frame.contentWindow || !source) return;
    expectLife();
    if (data.type === 'ready') void send();
    if (data.type === 'height') frame.style.setProperty('--height', `${data.height}px`);
    if (data.type === 'failed') fail(FAILURES[data.reason] ?? 'textBroken');
    if (data.type === 'shown' && !isShown) {
      isShown = true;
      update();
    }
  };
  addEventListener('message', receive, {signal: controller.signal});
  expectLife();

  const zoomButton = (step: -1 | 1, label: string, sign: string) => {
    const next = ZOOMS[ZOOMS.indexOf(zoom) + step];
    const change = () => {
      if (!next || !isShown) return;
      zoom = next;
      const message: ZoomMessage = {zoom};
      frame.contentWindow?.postMessage(message, '*');
      update();
    };
    return html`<button
      type="button"
      aria-label=${label}
      aria-disabled=${String(!next || !isShown)}
      @click=${change}
    >
      ${sign}
    </button>`;
  };
  const bar = () =>
    html`<div class="zoom" role="group" aria-label=${say('zoom')}>
      ${zoomButton(-1, say('zoomOut'), '−')}
      <span class="number" role="status">${formatPercent(zoom)}</span>
      ${zoomButton(1, say('zoomIn'), '+')}
    </div>`;

  return {
    stop,
    render: () => {
      const text = problemText || (failure && say(failure));
      return text
        ? html`<p class="note" role="alert">${text}</p>`
        : html`<div class="frame" aria-busy=${String(!isShown)}>${bar()} ${frame}</div>`;
    },
  };
};
