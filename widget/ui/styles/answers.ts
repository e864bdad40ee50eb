import {css} from './css.js';

export const answerStyles = css`
  /* Equal at any width and in any language, side by side or one below the other. */
  .consent .choice {
    flex-basis: calc(50% - 4px);
    min-inline-size: fit-content;
    white-space: normal;
  }
  .composer label {
    display: block;
    margin-block-end: 6px;
    font-weight: 600;
  }
  .card {
    display: flex;
    align-items: center;
    gap: 12px;
    margin-block-end: 8px;
    padding: 10px 12px;
    border: 1px solid var(--border);
    border-radius: 16px;
  }
  .card > div {
    flex: 1;
    min-inline-size: 0;
  }
  .reference {
    font:
      600 13px/1.5 ui-monospace,
      monospace;
    user-select: all;
  }
  /* Without a height: the toast lies over the end of the log. */
  .toasts {
    position: relative;
    z-index: 4;
    align-self: end;
    inline-size: 100%;
  }
  .veil ~ .toasts {
    position: absolute;
    inset-block-start: 60px;
  }
  .toast {
    position: absolute;
    inset: auto 16px 0;
    inline-size: fit-content;
    margin: auto;
    pointer-events: none;
    padding: 8px 16px;
    border-radius: 12px;
    background: var(--fg);
    color: var(--bg);
    text-align: center;
  }
  .line {
    flex-wrap: wrap;
  }
  time {
    order: -1;
    inline-size: 100%;
    color: var(--muted);
    font-size: 12px;
    text-align: center;
  }
  /* An answer that was changed afterwards. */
  [role='deletion'] {
    text-decoration: line-through;
  }
  .line [aria-live] {
    order: -1;
    align-self: center;
  }
  @media (pointer: fine) {
    .line,
    .rows {
      --press: 32px;
    }
  }
  .line svg {
    inline-size: 16px;
    block-size: 16px;
  }
  .badge {
    position: absolute;
    inset-block-start: -2px;
    inset-inline-end: -2px;
    padding-inline: 8px;
    border-radius: 12px;
    background: #c5221f;
    color: #fff;
    font-size: 12px;
    line-height: 22px;
    text-align: center;
    pointer-events: none;
  }
  /* Below the text of the question. */
  .consent .link {
    margin: -8px 0 0;
    padding-inline: 36px;
  }
`;
