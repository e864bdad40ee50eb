import {html} from 'lit/html.js';

interface ButtonOptions {
  /** Class of the style sheet. */
  style?: string;
  isDisabled?: boolean;
}

/** A button with words. */
export const buttonView = (
  label: unknown,
  onClick: (event: MouseEvent) => unknown,
  {style = 'choice', isDisabled = false}: ButtonOptions = {},
) =>
  html`<button part="button" class=${style} ?disabled=${isDisabled} @click=${onClick}>
    ${label}
  </button>`;
