import {css} from './css.js';

/** Styles of the inputs of all kinds of questions but `text`. */
export const inputStyles = css`
  /* A long answer needs more than one line at 320 px. */
  .question .pair > * {
    min-inline-size: fit-content;
    white-space: normal;
  }
  fieldset {
    min-inline-size: 0;
    margin: 0 0 8px;
    padding: 0;
    border: 0;
    /* At least one option and a half: the rest is scrolled to. */
    min-block-size: 66px;
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  /* A long list is scrolled above its button, and not beneath it. */
  .tray:has(fieldset),
  :is(.question, form):has(fieldset) {
    display: flex;
    flex-direction: column;
    min-block-size: 0;
  }
  /* Above the button that skips the question. */
  form:not(:last-child) .pair {
    margin-block-end: 0;
  }
  fieldset + p.error:not(:empty) {
    margin-block: 0 8px;
  }
  .composer .option {
    display: flex;
    align-items: center;
    gap: 10px;
    min-block-size: 44px;
    padding: 6px 12px;
    border: 1px solid var(--edge);
    border-radius: 12px;
    cursor: pointer;
  }
  .option:has(:checked) {
    border-color: var(--accent-text);
    background: var(--surface);
  }
  .option:has(:focus-visible) {
    outline: 2px solid var(--accent-text);
    outline-offset: -2px;
  }
  .option input {
    flex: none;
    inline-size: 20px;
    block-size: 20px;
    margin: 0;
    padding: 0;
  }
  /* Browsers fill theirs with grey on a dark ground, as if they were disabled. */
  @media (forced-colors: none) {
    .option input {
      appearance: none;
      display: grid;
      place-items: center;
      border: 2px solid var(--edge);
      border-radius: 6px;
    }
    .option [type='radio'] {
      border-radius: 50%;
    }
    .option :checked {
      border-color: var(--accent-text);
      background: var(--accent-text);
    }
    .option :checked::before {
      content: '';
      inline-size: 8px;
      block-size: 8px;
      border-radius: 50%;
      background: var(--bg);
    }
    .option [type='checkbox']:checked::before {
      inline-size: 10px;
      block-size: 6px;
      margin-block-end: 3px;
      border: solid var(--bg);
      border-width: 0 0 2px 2px;
      border-radius: 0;
      background: none;
      rotate: -45deg;
    }
  }
  .option input:focus-visible {
    outline: none;
  }
  .option span {
    min-inline-size: 0;
  }
  /* The field for the visitor's own words is there once they are chosen. */
  .option ~ input {
    display: none;
    inline-size: 100%;
  }
  .option:has(:checked) + input {
    display: block;
  }
  /* A number is typed from the left, with the digits of every script. */
  [type='tel'] {
    direction: ltr;
    unicode-bidi: bidi-override;
  }
  .unit {
    align-self: center;
  }
  .question textarea {
    field-sizing: content;
    min-block-size: 96px;
    padding-block: 12px;
    max-block-size: calc(var(--viewport-height, 100dvh) * 0.3);
  }
`;
