import {css} from 'lit';

export const fileStyles = css`
  .files {
    display: grid;
    gap: 10px;
  }
  /* However long the list and however low the window, the way on stays in view. */
  .files > .pair {
    position: sticky;
    /* Down to the tray's edge: its padding would show what goes on beneath. */
    inset-block-end: -12px;
    z-index: 1;
    margin-block-end: -12px;
    padding-block: 6px 12px;
    background: var(--bg);
    /* A fade shows that the list continues below. */
    box-shadow: 0 -8px 8px var(--bg);
  }
  .tray {
    scroll-padding-block-end: 120px;
  }
  .rows {
    display: grid;
    gap: 6px;
    list-style: none;
  }
  .file {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 8px 6px;
    padding-inline-start: 10px;
    border: 1px solid var(--border);
    border-radius: 14px;
    background: var(--bg);
    animation: appear 0.24s ease-out;
  }
  .about {
    flex: 1;
    min-inline-size: 0;
    display: grid;
    gap: 1px;
  }
  .name {
    /* At the start of the page's direction, whatever the name's own. */
    justify-self: start;
    white-space: pre-wrap;
    font-size: 14px;
    font-weight: 600;
    line-height: 1.35;
  }
  /* In whatever script: a list of names has one edge. */
  .name,
  .reference {
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }
  .cut {
    font-size: 0;
  }
  .cut::before {
    content: '…';
    font-size: 14px;
  }
  .about .hint {
    font-variant-numeric: tabular-nums;
  }
  .badge-icon {
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 34px;
    block-size: 34px;
    border-radius: 10px;
    background: var(--tint);
    color: var(--accent-text);
  }
  .badge-icon.large {
    inline-size: 44px;
    block-size: 44px;
    border-radius: 50%;
  }
  .success .badge-icon,
  .done .badge-icon,
  .success .state {
    color: var(--success);
  }
  .error .badge-icon,
  .error .state {
    color: var(--danger);
  }
  progress {
    appearance: none;
    display: block;
    inline-size: 100%;
    block-size: 5px;
    margin-block-start: 4px;
    border: 0;
    border-radius: 3px;
    background: var(--border);
    overflow: hidden;
  }
  progress::-webkit-progress-bar {
    background: none;
  }
  progress::-webkit-progress-value {
    background: var(--accent-text);
    border-radius: 3px;
    transition: inline-size 0.2s;
  }
  progress::-moz-progress-bar {
    background: var(--accent-text);
  }
  .dropzone {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: 10px;
    min-block-size: 76px;
    padding: 12px;
    border: 1.5px dashed var(--edge);
    border-radius: 14px;
    color: var(--accent-text);
    text-align: center;
    cursor: pointer;
    transition: 0.15s;
  }
  .dropzone b {
    font-weight: 600;
  }
  /* Fingers drop nothing. */
  @media (pointer: coarse) {
    .dropzone .hint {
      display: none;
    }
  }
  .dropzone.small {
    min-block-size: 44px;
    padding: 8px 12px;
  }
  .dropzone:hover {
    background: var(--tint);
    border-color: var(--accent-text);
  }
  .dropzone.full {
    border-style: solid;
    border-color: var(--border);
    color: var(--muted);
    pointer-events: none;
  }
  .picker:focus-visible ~ .dropzone {
    outline: 2px solid var(--accent-text);
    outline-offset: 2px;
  }
  .drop-here {
    position: absolute;
    inset: 10px;
    z-index: 2;
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 10px;
    border: 2px dashed var(--accent-text);
    border-radius: calc(var(--radius) - 8px);
    background: var(--tint);
    color: var(--accent-text);
    font-weight: 650;
    font-size: 17px;
    pointer-events: none;
  }
`;
