import {html} from 'lit/html.js';

export const SEND = 'M12 19V5m-6 6 6-6 6 6';
export const CLOSE = 'M6 6l12 12M18 6 6 18';
export const MENU = 'M4.5 12h1m6 0h1m6 0h1';
export const ALERT = 'M12 8v5m0 3.4v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z';

/** Draws a path of this file or of `intake-icons.ts`. */
export const icon = (path: string) =>
  html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg>`;

/** A button with an icon only; the label is for screen readers and as a tooltip. */
export const iconButton = (
  path: string,
  label: string,
  onClick: (event: Event) => unknown,
  isDisabled = false,
) => html`
  <button
    part="button"
    class="icon"
    aria-label=${label}
    title=${label}
    ?disabled=${isDisabled}
    @click=${onClick}
  >
    ${icon(path)}
  </button>
`;
