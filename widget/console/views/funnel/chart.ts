import {html, nothing, svg} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

const WIDTH = 600;
const BAR_HEIGHT = 26;
const LINE_WIDTH = 120;
const LINE_HEIGHT = 30;
const PADDING = 2;

/** Values of one bar. */
export interface Bar {
  reached: number;
  left: number | null;
  before: number;
}

/**
 * Draws a bar: how many reached the step, how many of them left here, and the period before as a
 * line. The table has the same figures, so that the picture is hidden from screen readers.
 */
export const bar = ({reached, left, before}: Bar, most: number, title: string): TemplateResult => {
  const scale = (count: number) => (most > 0 ? Math.round((count / most) * WIDTH) : 0);
  const stayed = scale(reached - (left ?? 0));
  return html`<svg
    class="bar"
    viewBox="0 0 ${WIDTH} ${BAR_HEIGHT}"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    <title>${title}</title>
    <rect class="ground" width=${WIDTH} height=${BAR_HEIGHT} rx="5" />
    <rect class="left" width=${scale(reached)} height=${BAR_HEIGHT} rx="5" />
    <rect class="stayed" width=${stayed} height=${BAR_HEIGHT} rx="5" />
    ${
      before > 0
        ? svg`<line class="before" x1=${scale(before)} x2=${scale(before)} y1="0" y2=${BAR_HEIGHT} />`
        : nothing
    }
  </svg>`;
};

/** Draws the counts of the days as a line, with a dot at the last one. */
export const dayLine = (counts: readonly number[], title: string): TemplateResult => {
  const most = Math.max(1, ...counts);
  const step = (LINE_WIDTH - 2 * PADDING) / Math.max(1, counts.length - 1);
  const points = counts.map((count, day) => {
    const x = PADDING + day * step;
    const y = LINE_HEIGHT - PADDING - (count / most) * (LINE_HEIGHT - 2 * PADDING);
    return [x.toFixed(1), y.toFixed(1)] as const;
  });
  const last = points.at(-1);
  return html`<svg
    class="day-line"
    viewBox="0 0 ${LINE_WIDTH} ${LINE_HEIGHT}"
    width=${LINE_WIDTH}
    height=${LINE_HEIGHT}
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    <title>${title}</title>
    <polyline points=${points.map((point) => point.join()).join(' ')} />
    ${last ? svg`<circle cx=${last[0]} cy=${last[1]} r="2" />` : nothing}
  </svg>`;
};
