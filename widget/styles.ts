import {css} from 'lit';

/**
 * The page may set, on `maria-chat` or above it:
 *
 * --maria-accent          colour of launcher, buttons and the visitor's lines
 * --maria-on-accent       colour on the accent; white or black by its luminance otherwise
 * --maria-bg              ground of the panel
 * --maria-surface         ground of Maria's lines and of cards
 * --maria-fg              text
 * --maria-muted           secondary text
 * --maria-border          lines and edges
 * --maria-danger          what went wrong
 * --maria-success         what is done
 * --maria-font            family of all text
 * --maria-radius          roundness of the panel; the rest follows it
 * --maria-width           panel, on screens that are wide enough
 * --maria-height          panel, likewise
 * --maria-offset-x        distance from the side of the window
 * --maria-offset-y        distance from its lower edge
 * --maria-launcher-size   diameter
 * --maria-z-index         layer above the page
 */
export const styles = css`
  :host([theme='light']) {
    --scheme: light;
  }
  :host([theme='dark']) {
    --scheme: dark;
  }
  .panel {
    all: initial;
    color-scheme: var(--scheme, light dark);
    --bg: var(--maria-bg, light-dark(#fff, #17181f));
    --surface: var(--maria-surface, light-dark(#f3f3f8, #23252f));
    --fg: var(--maria-fg, light-dark(#1a1b23, #eeeef5));
    --muted: var(--maria-muted, light-dark(#5a5d70, #a9acbf));
    --border: var(--maria-border, light-dark(#e3e4ec, #343745));
    --edge: light-dark(#85889b, #767a90);
    --danger: var(--maria-danger, light-dark(#b3261e, #ffb3ab));
    --success: var(--maria-success, light-dark(#0f6b40, #74d7a4));
    --on-accent: var(--maria-on-accent, var(--on-brand));
    --accent-text: var(--brand);
    --tint: var(--surface);
    --radius: var(--maria-radius, 20px);
    position: fixed;
    inset-block-end: calc(
      var(--maria-offset-y, 20px) + var(--maria-launcher-size, 60px) + 16px +
        env(safe-area-inset-bottom, 0px)
    );
    inset-inline-end: var(--maria-offset-x, 20px);
    inline-size: min(var(--maria-width, 400px), calc(100vw - 40px));
    block-size: min(var(--maria-height, 660px), calc(100dvh - 130px));
    box-sizing: border-box;
    border-radius: var(--radius);
    background: var(--bg);
    color: var(--fg);
    font: 400 15px/1.5 var(--maria-font, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif);
    box-shadow:
      0 0 0 1px light-dark(rgb(20 20 50 / 0.06), rgb(255 255 255 / 0.1)),
      0 4px 12px rgb(15 15 40 / 0.08),
      0 24px 60px rgb(15 15 40 / 0.22);
    overflow: hidden;
    animation: rise 0.26s cubic-bezier(0.2, 0.9, 0.3, 1);
  }
  @supports (color: oklch(from red l c h)) {
    .panel {
      --accent-text: light-dark(
        oklch(from var(--brand) min(l, 0.5) c h),
        oklch(from var(--brand) max(l, 0.8) c h)
      );
      --tint: light-dark(
        oklch(from var(--brand) 0.965 min(c, 0.02) h),
        oklch(from var(--brand) 0.3 min(c, 0.05) h)
      );
    }
  }
  :host([position='start']) .panel {
    inset-inline: var(--maria-offset-x, 20px) auto;
  }
  :host([position='left']) .panel {
    inset-inline: auto;
    left: var(--maria-offset-x, 20px);
  }
  :host([position='right']) .panel {
    inset-inline: auto;
    right: var(--maria-offset-x, 20px);
  }
  .panel[hidden] {
    display: none;
  }
  .panel * {
    box-sizing: border-box;
  }
  .inside,
  .main {
    position: relative;
    display: flex;
    flex-direction: column;
    block-size: 100%;
    min-block-size: 0;
    text-align: start;
    overflow-wrap: anywhere;
  }
  p,
  h2,
  ul {
    margin: 0;
    padding: 0;
  }
  .sr {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  svg {
    flex: none;
    inline-size: 20px;
    block-size: 20px;
    fill: none;
    stroke: currentColor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  :focus-visible {
    outline: 2px solid var(--accent-text);
    outline-offset: 2px;
  }
  /* These take the focus so that neither answer is nudged; they cannot be operated. */
  .panel:focus,
  [tabindex='-1']:focus {
    outline: none;
  }

  .header {
    flex: none;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px;
    padding: 16px 14px 14px 18px;
    padding-inline: 18px 12px;
    border-block-end: 1px solid var(--border);
  }
  .titles {
    flex: 1;
    min-inline-size: 0;
    margin-inline-start: 8px;
  }
  .titles h2 {
    font-size: 16px;
    font-weight: 650;
    line-height: 1.25;
  }
  .titles p,
  .hint {
    color: var(--muted);
    font-size: 13px;
    line-height: 1.4;
  }
  .avatar {
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 28px;
    block-size: 28px;
    border-radius: 50%;
    font-size: 13px;
    font-weight: 700;
    color: var(--on-accent);
  }
  .avatar.large,
  .first .avatar {
    background: linear-gradient(135deg, var(--brand), var(--brand-2));
  }
  .avatar.large {
    inline-size: 40px;
    block-size: 40px;
    font-size: 17px;
  }
  .steps {
    flex: 0 0 100%;
    display: flex;
    gap: 4px;
    margin-block-start: 12px;
    padding-inline-end: 6px;
  }
  .steps i {
    flex: 1;
    block-size: 3px;
    border-radius: 2px;
    background: var(--border);
    transition: background 0.3s;
  }
  .steps .reached {
    background: var(--brand);
  }

  .log {
    flex: 1 1 120px;
    min-block-size: 72px;
    display: flex;
    /* Reversed, so that the newest line stays in view without any script. */
    flex-direction: column-reverse;
    overflow-y: auto;
    overscroll-behavior: contain;
    padding: 18px 16px 8px;
    scrollbar-width: thin;
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
  .line {
    display: flex;
    gap: 8px;
    align-items: flex-start;
    animation: appear 0.28s ease-out;
  }
  .line.first:not(:first-child) {
    margin-block-start: 8px;
  }
  .bubble {
    max-inline-size: 84%;
    padding: 10px 14px;
    border-radius: 16px;
    background: var(--surface);
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
  .typing i:nth-child(2) {
    animation-delay: 0.15s;
  }
  .typing i:nth-child(3) {
    animation-delay: 0.3s;
  }

  .tray {
    flex: 0 1 auto;
    max-block-size: 62%;
    overflow-y: auto;
    padding: 10px 16px 12px;
    scrollbar-width: thin;
  }
  .tray > * {
    animation: appear 0.24s ease-out;
  }
  .footnote {
    flex: none;
    padding: 0 16px 10px;
    color: var(--muted);
    font-size: 12px;
    line-height: 1.35;
    text-align: center;
  }

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
    transition:
      background 0.15s,
      border-color 0.15s,
      opacity 0.15s;
  }
  button:disabled {
    cursor: default;
    opacity: 0.5;
  }
  .primary,
  .send {
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
    .primary:not(:disabled):hover,
    .send:not(:disabled):hover {
      background: var(--accent-text);
      color: light-dark(#fff, #17181f);
    }
    .choice:not(:disabled):hover {
      background: var(--tint);
      border-color: var(--accent-text);
    }
    .icon:hover {
      background: var(--tint);
      color: var(--fg);
    }
  }
  .icon {
    flex: none;
    display: grid;
    place-items: center;
    min-block-size: 36px;
    inline-size: 36px;
    padding: 0;
    border-radius: 10px;
    color: var(--muted);
  }
  .pair {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    border-radius: 12px;
  }
  .pair > * {
    flex: 1 1 0;
    white-space: nowrap;
  }
  .composer label {
    display: block;
    margin-block-end: 6px;
    color: var(--muted);
    font-size: 13px;
    font-weight: 500;
  }
  .field {
    display: flex;
    gap: 8px;
  }
  input[name] {
    flex: 1;
    min-inline-size: 0;
    block-size: 48px;
    padding: 0 14px;
    border: 1px solid var(--edge);
    border-radius: 14px;
    background: var(--bg);
    color: var(--fg);
    /* Smaller, and phones zoom the page in when the field is touched. */
    font: inherit;
    font-size: 16px;
  }
  input[name]:focus-visible {
    outline: 2px solid var(--accent-text);
    outline-offset: -1px;
    border-color: transparent;
  }
  input[aria-invalid='true'] {
    border-color: var(--danger);
  }
  .send {
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 48px;
    block-size: 48px;
    padding: 0;
    border-radius: 14px;
  }
  [dir='rtl'] .send svg {
    scale: -1 1;
  }
  .fault {
    color: var(--danger);
    font-size: 13px;
    font-weight: 500;
  }
  .fault:not(:empty) {
    margin-block-start: 6px;
  }
  .notices {
    flex: none;
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
    animation: appear 0.24s ease-out;
  }
  .notice span {
    flex: 1;
  }
  .notice > svg {
    color: var(--accent-text);
  }
  .notice.error > svg {
    color: var(--danger);
  }
  @keyframes rise {
    from {
      opacity: 0;
      translate: 0 16px;
      scale: 0.98;
    }
  }
  @keyframes appear {
    from {
      opacity: 0;
      translate: 0 8px;
    }
  }
  @keyframes breathe {
    50% {
      opacity: 0.25;
    }
  }

  @media (width < 600px) {
    .panel,
    :host([position]) .panel {
      inset: var(--viewport-top, 0px) 0 auto 0;
      inline-size: 100%;
      block-size: var(--viewport-height, 100dvh);
      border-radius: 0;
      padding: env(safe-area-inset-top, 0px) env(safe-area-inset-right, 0px)
        env(safe-area-inset-bottom, 0px) env(safe-area-inset-left, 0px);
    }
    .tray {
      max-block-size: 70%;
    }
    .launcher[aria-expanded='true'] {
      display: none;
    }
  }
  @media (height < 480px) {
    .footnote {
      display: none;
    }
    /* The field is needed whole; the log can be scrolled. */
    .log {
      flex-basis: 0;
      min-block-size: 48px;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .panel,
    .panel * {
      animation: none !important;
      transition: none !important;
    }
  }
`;
