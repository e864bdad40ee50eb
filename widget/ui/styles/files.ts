import {css} from './css.js';

export const fileStyles = css`
  .files {
    position: relative;
    display: grid;
    gap: 8px;
  }
  /* These buttons stay in view. Others could cover the hint of their question. */
  .files > .pair,
  .consent .pair,
  fieldset ~ .pair {
    position: sticky;
    /* Down to the tray's edge: its padding would show what goes on beneath. */
    inset-block-end: -8px;
    z-index: 1;
    margin-block-end: -8px;
    padding-block-end: 8px;
    background: var(--bg);
    /* A fade shows that the content continues below. */
    box-shadow: 0 -4px 4px var(--bg);
  }
  .pair p.error {
    flex: 1 0 100%;
    white-space: normal;
  }
  /* So does a fade at the tray's upper edge. */
  .tray::before {
    content: '';
    display: block;
    position: sticky;
    inset-block-start: -8px;
    z-index: 1;
    margin-block: -8px 8px;
    box-shadow: 0 0 4px 4px var(--bg);
  }
  .tray {
    scroll-padding-block: 20px 76px;
  }
  /* Log, message field and three files have room in a small panel. */
  .main:has(.files):has(.talk) .log {
    min-block-size: 50%;
  }
  .main:has(.files) .talk {
    padding-block: 4px;
  }
  .main:has(.files) .talk + .footnote {
    display: none;
  }
  /* While Maria types, the tray keeps its height. */
  .tray:not(:has(*), [style*='min']) {
    display: none;
  }
  .rows,
  .file,
  .about {
    min-inline-size: 0;
  }
  .rows {
    display: grid;
    list-style: none;
  }
  /* One border around all rows needs less height than one around each. */
  .files .rows {
    border: 1px solid var(--border);
    border-radius: 12px;
  }
  .files .file {
    border-width: 0 0 1px;
    border-radius: 0;
    background: none;
  }
  .files .file:last-child {
    border: 0;
  }
  .file {
    display: flex;
    align-items: center;
    gap: 8px;
    padding-inline: 10px 4px;
    border: 1px solid var(--border);
    border-radius: 12px;
    background: var(--bg);
  }
  .about {
    flex: 1;
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    column-gap: 8px;
    padding-block: 4px;
  }
  .name {
    flex: 1 1 0;
    min-inline-size: 45%;
    white-space: pre;
    font-size: 14px;
    font-weight: 600;
    line-height: 1.4;
  }
  .name bdi span {
    display: inline-block;
    overflow: hidden;
    text-overflow: ellipsis;
    vertical-align: bottom;
  }
  /* Texts of all scripts begin at one edge. */
  .reference,
  .fact [dir] {
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }
  .reference span {
    font-size: 0;
  }
  .badge-icon {
    flex: none;
    display: grid;
    place-items: center;
    color: var(--accent-text);
  }
  .card .badge-icon {
    inline-size: 34px;
    block-size: 34px;
    border-radius: 50%;
    background: var(--tint);
  }
  .success .badge-icon {
    color: var(--success);
  }
  /* Below the line that it belongs to. */
  .done {
    flex: 1 0 calc(100% - 36px);
    display: grid;
    grid-template-columns: auto 1fr auto;
    align-items: start;
    /* The toast that says "Copied" does not cover the reference. */
    margin: 0 0 20px;
    margin-inline-start: 36px;
  }
  .done :is(ul, .link) {
    grid-column: 2 / 4;
    justify-self: start;
    text-align: start;
    margin: 0;
    padding: 6px 0;
    list-style: none;
  }
  .done > div {
    grid-column: 2;
  }
  .done .badge-icon {
    background: var(--success);
    color: var(--bg);
  }
  .error .badge-icon,
  .error .state {
    color: var(--danger);
  }
  progress {
    flex: 1 1 60px;
    block-size: 4px;
    accent-color: var(--accent-text);
  }
  .dropzone {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: 10px;
    min-block-size: 76px;
    padding: 8px 12px;
    border: 1px dashed var(--edge);
    border-radius: 14px;
    color: var(--accent-text);
    text-align: center;
    cursor: pointer;
    transition: var(--fast);
  }
  /* Fingers drop nothing. */
  @media (pointer: coarse) {
    .dropzone .hint {
      display: none;
    }
  }
  /* The whole panel takes dropped files: what remains is a button. A text without room is cut off. */
  .pair .dropzone {
    flex: 9 1 44px;
    gap: 0 8px;
    max-block-size: 44px;
    min-block-size: 0;
    padding: 0 8px;
    border-style: solid;
    border-radius: 12px;
    overflow: hidden;
  }
  .pair .dropzone svg {
    block-size: 42px;
  }
  .dropzone:hover {
    background: var(--tint);
    border-color: var(--accent-text);
  }
  .pair .spinner {
    display: block;
    margin: auto;
  }
  .drop-here {
    position: absolute;
    inset: 10px;
    z-index: 2;
    flex-flow: column;
    background: var(--tint);
    pointer-events: none;
  }
`;
