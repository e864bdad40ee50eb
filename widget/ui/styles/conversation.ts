import {css} from './css.js';

export const conversationStyles = css`
  .log {
    flex: 1 1 120px;
    /* The log stays readable beside a long tray and above a keyboard. */
    min-block-size: 20%;
    display: flex;
    /* Reversed, so that the newest line stays in view without any script. */
    flex-direction: column-reverse;
    overflow-y: auto;
    overscroll-behavior: contain;
    padding: 18px 16px 8px;
  }
  /* To browsers, an end between two pixels is a place in the middle, which they would keep. */
  .log:not(.back) {
    overflow-anchor: none;
  }
  .log:focus-visible {
    outline-offset: -3px;
  }
  .lines {
    display: flex;
    flex-direction: column;
    gap: 6px;
    margin-block-end: auto;
  }
  /* The doors are below the greeting, and the field stays at the end of the panel. */
  .main:has(.doors) .log {
    min-block-size: 60px;
    max-block-size: max-content;
  }
  .tray:has(.doors) + * {
    margin-block-start: auto;
  }
  .line {
    display: flex;
    gap: 8px;
    align-items: flex-start;
  }
  .visitor,
  .line[title],
  .tray > *,
  .notice,
  .file,
  .done,
  .toast,
  .veil,
  .dialog,
  .maria [dir] {
    animation: appear var(--slow);
  }
  .line + .first {
    margin-block-start: 8px;
  }
  .bubble {
    max-inline-size: calc(100% - 56px);
    padding: 10px 14px;
    border-radius: 16px;
    background: var(--surface);
  }
  .text {
    white-space: pre-line;
  }
  .maria.first .bubble {
    border-start-start-radius: 5px;
  }
  .visitor {
    justify-content: flex-end;
  }
  .visitor .bubble {
    background: var(--brand);
    color: var(--on-accent);
    border-end-end-radius: 5px;
  }
  .typing {
    display: flex;
    gap: 4px;
    padding-block: 16px;
  }
  .typing i {
    inline-size: 7px;
    block-size: 7px;
    border-radius: 50%;
    background: var(--muted);
    animation: breathe 1s infinite;
  }
  .typing i + i {
    animation-delay: 0.15s;
  }
  .typing i + i + i {
    animation-delay: 0.3s;
  }

  .tray {
    max-block-size: 62%;
    overflow-y: auto;
    overscroll-behavior: contain;
    padding: 8px 16px;
  }
  .talk {
    flex: none;
    padding: 8px 16px;
    border-block-start: 1px solid var(--border);
  }
  .talk .field {
    align-items: flex-end;
  }
  .talk textarea {
    min-block-size: 48px;
    /* Above a keyboard, too, what is answered stays in sight. */
    max-block-size: min(132px, calc(var(--viewport-height, 100dvh) * 0.22));
    padding-block: 12px;
    line-height: 1.4;
    resize: none;
    overflow-wrap: anywhere;
  }
  /* A text that was sent leaves no height behind. */
  textarea:placeholder-shown {
    block-size: auto !important;
  }
  .footnote {
    padding: 0 16px 10px;
    color: var(--muted);
    font-size: 12px;
    text-align: center;
  }

  .notices {
    display: grid;
    gap: 6px;
    padding-inline: 12px;
  }
  .notice {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 9px 12px;
    border-radius: 12px;
    background: var(--tint);
    font-size: 13px;
    line-height: 1.4;
  }
  .notice span {
    flex: 1;
  }
  .notice > svg {
    color: var(--accent-text);
  }
  .notice.error {
    --accent-text: var(--danger);
    background: color-mix(in srgb, var(--danger) 12%, var(--bg));
  }
`;
