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
    --rise: 0px;
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
    --rise: 16px;
  }
  .content {
    min-block-size: 0;
    margin-inline: -6px;
    padding-inline: 6px;
    overflow-y: auto;
  }
  .content > .choice {
    display: block;
    inline-size: 100%;
    margin-block-start: 8px;
  }
  .fact,
  .item,
  .setting {
    display: flex;
    align-items: center;
    gap: 10px;
    min-block-size: 44px;
  }
  .item {
    inline-size: 100%;
    padding-inline: 0;
    border-width: 1px 0;
    border-radius: 0;
    font-weight: 400;
  }
  .item:hover {
    color: var(--accent-text);
  }
  hr {
    border: solid var(--border);
    border-width: 1px 0 0;
  }
  /* Readable on the ground, whatever the page has made of both, so the ground is readable on it. */
  .danger {
    background: var(--danger);
    color: var(--bg);
  }
  .to-danger.to-danger {
    color: var(--danger);
  }
  .fact {
    flex-wrap: wrap;
    row-gap: 0;
    justify-content: space-between;
    padding-block: 4px;
  }
  .content .fact {
    border-block-end: 1px solid var(--border);
  }
  .fact > * {
    min-inline-size: 0;
  }
  /* The button is below if there is no room for whole words beside it. */
  .fact > div {
    flex: 1 1 130px;
    text-wrap: balance;
  }
  .fact > div + * {
    margin-inline-start: auto;
  }
  .fact > span {
    display: flex;
    gap: 10px;
  }
  h3 {
    margin: 12px 0 0;
  }
  .fact .link {
    margin-block: 0;
    margin-inline-end: 0;
    padding-inline: 0;
    text-align: end;
  }
  .fact .icon {
    margin-inline-end: -8px;
  }
  /* The select shrinks, and not the word beside it. */
  .setting {
    overflow-wrap: normal;
  }
  .setting > span {
    flex: 1;
  }
  select {
    appearance: none;
    min-inline-size: 0;
    block-size: 36px;
    padding-inline: 12px 34px;
    border: 1px solid var(--edge);
    border-radius: 12px;
    background: var(--bg);
    color: var(--fg);
    /* Smaller, and phones zoom the page in when it is touched. */
    font: inherit;
    font-size: 16px;
  }
  select + svg {
    margin-inline: -38px 8px;
  }
  .setting input {
    min-inline-size: 24px;
    block-size: 24px;
    margin: 0;
  }
  @media (forced-colors: none) {
    .setting input {
      appearance: none;
      inline-size: 130px;
      background: linear-gradient(var(--edge) 0 0) center / 100% 4px no-repeat;
    }
    ::-webkit-slider-thumb {
      appearance: none;
      inline-size: 20px;
      block-size: 20px;
      border-radius: 50%;
      background: var(--accent-text);
    }
    ::-moz-range-thumb {
      inline-size: 20px;
      block-size: 20px;
      border: 0;
      border-radius: 50%;
      background: var(--accent-text);
    }
    .setting [type='checkbox'] {
      inline-size: 44px;
      border-radius: 12px;
      background: var(--edge);
      transition: var(--fast);
    }
    .setting [type='checkbox']::before {
      content: '';
      display: block;
      inline-size: 18px;
      block-size: 18px;
      margin: 3px;
      border-radius: 50%;
      background: var(--bg);
      transition: inherit;
    }
    .setting :checked {
      background: var(--accent-text);
    }
    .setting :checked::before {
      margin-inline-start: 23px;
    }
  }
`;
