import {css} from 'lit';

export const answerStyles = css`
  /* Equal at any width and in any language: neither answer may look like the lesser one. */
  .consent .pair {
    display: grid;
    grid-auto-columns: 1fr;
    grid-auto-flow: column;
  }
  .consent .choice {
    white-space: normal;
  }
  .consent {
    border-radius: 12px;
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
  .strong {
    font-weight: 650;
  }
  .card {
    display: flex;
    align-items: center;
    gap: 12px;
    margin-block-end: 10px;
    padding: 14px;
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
      SFMono-Regular,
      Menlo,
      Consolas,
      monospace;
    user-select: all;
  }
  .veil {
    position: absolute;
    inset: 0;
    z-index: 3;
    display: grid;
    align-items: end;
    padding: 16px;
    background: rgb(10 10 25 / 0.45);
    animation: fade 0.18s;
  }
  .dialog {
    display: grid;
    gap: 8px;
    padding: 20px;
    border-radius: 16px;
    background: var(--bg);
    animation: appear 0.22s ease-out;
  }
  .dialog .strong {
    font-size: 17px;
  }
  .dialog .pair {
    margin-block-start: 8px;
  }

  @keyframes fade {
    from {
      opacity: 0;
    }
  }

  .toasts {
    position: absolute;
    inset-block-end: 96px;
    inset-inline: 16px;
    z-index: 2;
    display: grid;
    justify-items: center;
    pointer-events: none;
  }
  .toast {
    padding: 8px 16px;
    border-radius: 12px;
    background: light-dark(#23252f, #eeeef5);
    color: light-dark(#fff, #17181f);
    font-size: 14px;
    animation: appear 0.2s ease-out;
  }
  .wide {
    inline-size: 100%;
  }
  .badge {
    all: initial;
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
    .link {
      min-block-size: 44px;
    }
  }
  @media (forced-colors: active) {
    progress,
    .toast,
    .dialog {
      border: 1px solid;
    }
  }
  @media (pointer: coarse) {
    .icon {
      min-block-size: 44px;
      inline-size: 44px;
    }
  }
  @media (prefers-contrast: more) {
    .panel {
      --muted: var(--fg);
      --border: var(--edge);
    }
  }
  @media (forced-colors: active) {
    .panel,
    .bubble,
    .notice,
    button {
      border: 1px solid;
    }
    .steps .reached {
      background: Highlight;
      forced-color-adjust: none;
    }
  }
`;
