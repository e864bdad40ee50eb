import {css} from './css.js';

export const controlStyles = css`
  button {
    font: inherit;
    font-weight: 600;
    color: inherit;
    min-block-size: 44px;
    padding: 8px 12px;
    border: 1px solid transparent;
    border-radius: 12px;
    background: none;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
    transition: var(--fast);
  }
  button:active {
    scale: 0.98;
  }
  button:disabled {
    cursor: default;
    opacity: 0.5;
  }
  .primary,
  .send {
    border-color: var(--accent-text);
    background: var(--brand);
    color: var(--on-accent);
  }
  .choice {
    border-color: var(--edge);
    background: var(--bg);
    color: var(--fg);
  }
  /* Touch screens would keep the look of the last touch, on whatever has come to lie there. */
  @media (hover: hover) {
    :is(.primary, .send):not(:disabled):hover {
      background: var(--hover);
    }
    /* Grey, because a pointer may rest here since the last answer and must not suggest a choice. */
    .choice:not(:disabled):hover {
      background: var(--surface);
    }
    .icon:hover {
      background: var(--tint);
      color: var(--fg);
    }
  }
  .icon,
  .send {
    flex: none;
    display: grid;
    place-items: center;
    padding: 0;
  }
  .icon {
    min-block-size: var(--press);
    inline-size: var(--press);
    border-radius: 10px;
    color: var(--muted);
  }
  @media (pointer: coarse) {
    .panel {
      --press: 44px;
    }
  }
  .pair {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .pair > * {
    flex: 1;
    white-space: nowrap;
  }
  .field {
    display: flex;
    gap: 8px;
  }
  input[name],
  textarea {
    flex: 1;
    min-inline-size: 0;
    padding: 0 14px;
    border: 1px solid var(--edge);
    border-radius: 14px;
    background: var(--bg);
    color: var(--fg);
    /* Smaller, and phones zoom the page in when the field is touched. */
    font: inherit;
    font-size: 16px;
  }
  input[name] {
    block-size: 48px;
  }
  ::placeholder {
    color: var(--muted);
    opacity: 1;
  }
  input[name]:focus-visible,
  textarea:focus-visible {
    outline-offset: -1px;
    border-color: transparent;
  }
  /* The width is for forced colours. */
  [aria-invalid='true'][aria-invalid] {
    --edge: var(--danger);
    border-width: 2px;
    outline-color: var(--danger);
  }
  .send {
    inline-size: 48px;
    block-size: 48px;
    border-radius: 14px;
  }
  p.error {
    color: var(--danger);
    font-size: 13px;
  }
  p.error:not(:empty) {
    margin-block-start: 6px;
  }
  .spinner {
    inline-size: 20px;
    block-size: 20px;
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
  .link {
    display: block;
    margin: 4px auto 0;
    min-block-size: var(--press);
    padding: 4px 10px;
    color: var(--accent-text);
    font-size: 14px;
  }
  .link:hover {
    text-decoration: underline;
  }
`;
