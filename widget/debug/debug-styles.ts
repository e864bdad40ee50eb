import {css} from '../ui/styles/css.js';

/** Always dark: it belongs to the developer, and should look like no part of the page or the chat. */
export const debugStyles = css`
  .debug {
    all: initial;
    color-scheme: dark;
    position: fixed;
    inset-block-start: 12px;
    inset-inline-start: 12px;
    z-index: 4;
    box-sizing: border-box;
    inline-size: min(400px, calc(100vw - 24px));
    max-block-size: calc(100dvh - 24px);
    overflow: auto;
    border: 1px solid #3d4152;
    border-radius: 14px;
    background: #14151c;
    color: #e9e9f2;
    font:
      12px/1.5 ui-monospace,
      SFMono-Regular,
      Menlo,
      Consolas,
      monospace;
    box-shadow: 0 12px 40px #0006;
    scrollbar-width: thin;
  }
  .debug[hidden] {
    display: none;
  }
  /* On a phone the chat fills the screen: its header, with the way out of it, stays free. */
  @media (width < 600px) {
    .debug {
      inset-block-start: 112px;
      max-block-size: 50dvh;
    }
    .debug:has(details:not([open])) {
      inline-size: auto;
    }
  }
  .debug :focus-visible {
    outline: 2px solid #b9b0ff;
    outline-offset: -2px;
  }
  .debug summary {
    padding: 10px 14px;
    font:
      600 13px/1.5 system-ui,
      sans-serif;
    cursor: pointer;
  }
  .debug .about {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 2px 14px;
    margin: 0;
    padding: 0 14px 10px;
  }
  .debug dt,
  .debug th,
  .debug td:last-child {
    color: #a9acbf;
  }
  .debug dd {
    margin: 0;
    overflow-wrap: anywhere;
    user-select: all;
  }
  .debug .deeds {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    padding: 0 14px 12px;
  }
  .debug button {
    min-block-size: 32px;
    padding: 4px 12px;
    border: 1px solid #767a90;
    border-radius: 9px;
    font:
      600 12px/1.5 system-ui,
      sans-serif;
  }
  .debug button[aria-pressed='true'] {
    border-color: #ffd479;
    background: #ffd479;
    color: #14151c;
  }
  .debug table {
    inline-size: 100%;
    border-collapse: collapse;
  }
  .debug th,
  .debug td {
    padding: 4px 6px;
    border-block-start: 1px solid #2b2e3b;
    font-weight: 400;
    text-align: start;
    vertical-align: top;
    overflow-wrap: anywhere;
  }
  .debug :is(th, td):first-child {
    padding-inline-start: 14px;
  }
  .debug :is(th, td):last-child {
    padding-inline-end: 14px;
    text-align: end;
    white-space: nowrap;
  }
  .debug .good {
    color: #74d7a4;
  }
  .debug .bad {
    color: #ffb3ab;
  }
`;
