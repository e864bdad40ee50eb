import {css} from './css.js';

export const styles = css`
  /* In a small panel, the conversation keeps more room than the step. */
  .tray {
    flex-shrink: 9;
  }
  /* Magnified, or with much to send: what does not fit is scrolled to. */
  @media screen {
    .main {
      overflow-y: auto;
    }
  }
  .stop svg {
    fill: currentColor;
  }
  .talk .attach {
    display: grid;
    block-size: 48px;
    /* The icon, not its background, is aligned with the text above. */
    margin: 0;
    margin-inline: -8px -4px;
    cursor: pointer;
  }
  .attach:focus-within {
    outline: 2px solid var(--accent-text);
  }
  .attached {
    color: var(--fg);
  }
  .bubble .attached {
    margin: 6px -6px 0;
    text-align: start;
  }
  .talk .rows {
    max-block-size: calc(var(--viewport-height, 100dvh) * 0.27);
    overflow-y: auto;
  }
  .talk .rows:has(*) {
    margin-block-end: 8px;
  }
  .attached .spinner {
    margin: 1px;
  }
  .attached .link {
    min-block-size: 24px;
    margin: 0;
    padding: 0;
    line-height: 1.35;
    text-align: start;
  }
  .delivery {
    display: block;
    font-size: 12px;
    /* Most are sent before anybody could read that they are on their way. */
    animation: late 0s 0.6s backwards;
  }
  @keyframes late {
    from {
      max-block-size: 0;
      opacity: 0;
    }
  }
  .delivery .link {
    display: inline;
    min-block-size: 24px;
    margin: 0;
    padding: 0 4px;
    color: inherit;
    font-size: inherit;
    text-decoration: underline;
  }
  @media (pointer: coarse) {
    .talk .attach {
      inline-size: 48px;
      margin-inline: -14px -10px;
    }
    .attached .link,
    .delivery .link {
      min-block-size: 44px;
    }
    .delivery .link {
      margin-block: -6px -10px;
    }
  }
  .bubble :is(ol, pre) {
    margin: 0;
  }
  .bubble :is(p, ul, ol, pre) + * {
    margin-block-start: 6px;
  }
  .bubble :is(ul, ol) {
    padding-inline-start: 20px;
    list-style: revert;
  }
  .bubble :is(pre, code) {
    font-family: ui-monospace, monospace;
    font-size: 0.9em;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .bubble code {
    padding: 1px 3px;
    border-radius: 4px;
    background: var(--bg);
  }
  .bubble pre code {
    display: block;
    padding: 8px 10px;
    border-radius: 8px;
    font-size: 1em;
  }
  .bubble .typing {
    padding-block: 8px 6px;
  }
  .bubble a {
    color: inherit;
    text-decoration: underline;
  }
  .bubble a:focus-visible,
  .delivery :focus-visible {
    outline-color: currentColor;
  }
  .place {
    font-size: 0.85em;
    overflow-wrap: anywhere;
  }
`;
