import {css} from './css.js';

export const answerStyles = css`
  /* Equal at any width and in any language: neither answer may look like the lesser one. */
  .consent .pair {
    display: grid;
    grid-template-columns: 1fr 1fr;
  }
  .consent .choice {
    white-space: normal;
  }
  /* A pointer that rests where the last answer was must not look like an answer to this question. */
  .consent .choice:not(:disabled):hover {
    background: var(--surface);
    border-color: var(--edge);
  }
  .quiet:hover {
    text-decoration: underline;
  }
  .quiet {
    display: block;
    margin-block-start: 8px;
    color: var(--accent-text);
    font-size: 13px;
    text-align: center;
  }
  .spinner {
    inline-size: 18px;
    block-size: 18px;
    border: 2px solid;
    border-block-start-color: transparent;
    border-radius: 50%;
    animation: turn 0.8s linear infinite;
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
  /* The step in hand: hollow, and full once it is answered. */
  .steps .reached:not(:has(+ .reached)) {
    background: none;
    box-shadow: inset 0 0 0 1px var(--accent-text);
  }
  .strong {
    font-weight: 650;
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
  .reference span {
    font-size: 0;
  }
  .toasts {
    position: absolute;
    /* Over the title alone: nothing to press or to read lies there. */
    inset-block-start: 12px;
    inset-inline: 12px 108px;
    z-index: 4;
    display: grid;
    justify-items: start;
    pointer-events: none;
  }
  .toast {
    padding: 8px 16px;
    border-radius: 12px;
    background: var(--fg);
    color: var(--bg);
    font-size: 14px;
    animation: appear 0.24s ease-out;
  }
  .line {
    flex-wrap: wrap;
    row-gap: 2px;
  }
  .visitor .bubble {
    max-inline-size: calc(100% - 56px);
  }
  .day,
  .line time {
    flex: 0 0 100%;
    color: var(--muted);
    font-size: 11px;
  }
  .day {
    order: -2;
    margin-block-end: 8px;
    text-align: center;
  }
  .day::first-letter {
    text-transform: uppercase;
  }
  .line time {
    padding-inline: 36px 4px;
  }
  .visitor time {
    text-align: end;
  }
  /* One time for what was said in one breath. */
  .line:has(+ .line:not(.first)) time {
    display: none;
  }
  .line [aria-live] {
    order: -1;
    align-self: center;
  }
  .line .icon {
    min-block-size: 32px;
    inline-size: 32px;
  }
  .line svg {
    inline-size: 16px;
    block-size: 16px;
  }
  .badge {
    position: absolute;
    inset-block-start: -2px;
    inset-inline-end: -2px;
    min-inline-size: 22px;
    box-sizing: border-box;
    padding-inline: 6px;
    border-radius: 11px;
    background: #c5221f;
    color: #fff;
    font:
      700 12px/22px system-ui,
      sans-serif;
    text-align: center;
    pointer-events: none;
  }
  .link {
    display: block;
    margin: 4px auto 0;
    min-block-size: 36px;
    padding: 4px 10px;
    color: var(--accent-text);
    font-size: 14px;
  }
  .link:hover {
    text-decoration: underline;
  }

  @media (pointer: coarse) {
    .icon,
    .line .icon {
      min-block-size: 44px;
      inline-size: 44px;
    }
    .link {
      min-block-size: 44px;
    }
  }
  @media (prefers-contrast: more) {
    .panel {
      --muted: var(--fg);
      --border: var(--edge);
    }
    .bubble {
      outline: 1px solid var(--edge);
    }
  }
  @media (forced-colors: active) {
    .panel,
    .bubble,
    .notice,
    .toast,
    .dialog,
    progress,
    button {
      border: 1px solid;
    }
    .steps .reached {
      background: Highlight;
      forced-color-adjust: none;
    }
    /* Grounds are taken away; these are nothing but a ground. */
    .typing i,
    progress {
      forced-color-adjust: none;
    }
    .typing i {
      background: CanvasText;
    }
    button:enabled {
      color: ButtonText !important;
    }
    /* The system's grey says it already. */
    button:disabled {
      opacity: 1;
    }
  }
`;
