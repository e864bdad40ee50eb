import {css} from './css.js';

export const dialogStyles = css`
  .veil {
    position: absolute;
    inset: 0;
    z-index: 3;
    display: grid;
    align-items: end;
    padding: 12px;
    background: #0a0a1973;
  }
  .dialog {
    display: grid;
    grid-template-rows: auto 1fr;
    gap: 8px;
    max-block-size: 100%;
    min-block-size: 0;
    padding: 18px;
    border-radius: 16px;
    background: var(--bg);
    box-shadow: 0 0 0 1px var(--border);
    animation: appear 0.24s ease-out;
  }
  .dialog h2 {
    font-size: 17px;
    font-weight: 650;
  }
  .content {
    min-block-size: 0;
    margin-inline: -6px;
    padding-inline: 6px;
    overflow-y: auto;
  }
  .content > .wide {
    display: block;
    inline-size: 100%;
    margin-block-start: 8px;
  }
  .item {
    display: block;
    inline-size: 100%;
    padding-inline: 0;
    border-radius: 0;
    border-block-end-color: var(--border);
    font-weight: 500;
    text-align: start;
  }
  .item:hover {
    color: var(--accent-text);
  }
  /* Readable on the ground, whatever the page has made of both, so the ground is readable on it. */
  .danger {
    background: var(--danger);
    color: var(--bg);
  }
  .danger:hover {
    background: var(--fg);
  }
  .to-danger.to-danger {
    color: var(--danger);
  }
  .fact {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 10px;
    min-block-size: 44px;
    padding-block: 4px;
  }
  .content .fact {
    border-block-end: 1px solid var(--border);
  }
  .content > .fact:last-child {
    border-block-end: 0;
  }
  .fact > * {
    min-inline-size: 0;
    overflow-wrap: break-word;
  }
  .fact > div {
    flex: 1;
  }
  .content h3 {
    margin: 12px 0 0;
  }
  .fact > span {
    min-inline-size: min-content;
  }
  .fact .link {
    flex: none;
    max-inline-size: 45%;
    margin: 0;
    padding-inline: 0;
    text-align: end;
  }
  .fact .icon {
    margin-inline-end: -8px;
  }
  #consequence {
    flex-wrap: wrap;
  }
  select {
    min-block-size: 36px;
    padding-inline: 8px;
    border: 1px solid var(--edge);
    border-radius: 10px;
    background: var(--bg);
    color: var(--fg);
    /* Smaller, and phones zoom the page in when it is touched. */
    font: inherit;
    font-size: 16px;
  }
  .fact input {
    min-inline-size: 24px;
    min-block-size: 24px;
    accent-color: var(--brand);
  }
`;
