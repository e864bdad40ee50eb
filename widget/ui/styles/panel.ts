import {css} from './css.js';

/**
 * Custom properties that the page can set, on `maria-chat` or above it:
 *
 * --maria-accent          Colour of the launcher, the buttons and the visitor's lines.
 * --maria-on-accent       Colour of text on the accent. Default: white or black, by its luminance.
 * --maria-bg              Background of the panel.
 * --maria-surface         Background of Maria's lines and of cards.
 * --maria-fg              Colour of text.
 * --maria-muted           Colour of secondary text.
 * --maria-border          Colour of lines and borders.
 * --maria-danger          Colour of errors.
 * --maria-success         Colour of success.
 * --maria-font            Font family of all text.
 * --maria-radius          Corner radius of the panel. Other radii follow it.
 * --maria-width           Width of the panel, on screens that are wide enough.
 * --maria-height          Height of the panel, on screens that are high enough.
 * --maria-offset-x        Distance from the side of the window.
 * --maria-offset-y        Distance from the bottom of the window.
 * --maria-launcher-size   Diameter of the launcher.
 * --maria-z-index         Layer above the page.
 */
export const panelStyles = css`
  :host([theme='light']) {
    --scheme: light;
  }
  :host([theme='dark']) {
    --scheme: dark;
  }
  .panel {
    all: initial;
    --fast: 0.15s;
    /* Minimum size of buttons and links. */
    --press: 36px;
    --slow: 0.25s cubic-bezier(0.2, 0.8, 0.2, 1);
    /* Its initial value takes over what the page has set on its body. */
    -webkit-user-select: text;
    user-select: text;
    color-scheme: light;
    --bg: var(--maria-bg, #fff);
    --surface: var(--maria-surface, #f3f3f8);
    --fg: var(--maria-fg, #1a1b23);
    --muted: var(--maria-muted, #5a5d70);
    --border: var(--maria-border, #85889b40);
    --edge: #85889b;
    --danger: var(--maria-danger, #b3261e);
    --success: var(--maria-success, #0f6b40);
    --on-accent: var(--maria-on-accent, var(--on-brand));
    --accent-text: var(--brand);
    --tint: var(--surface);
    --hover: var(--brand);
    --radius: var(--maria-radius, 20px);
    position: fixed;
    inset-block-end: calc(
      var(--maria-offset-y, 20px) + var(--maria-launcher-size, 60px) + 16px +
        env(safe-area-inset-bottom)
    );
    --x: var(--maria-offset-x, 20px);
    inset-inline-end: var(--x);
    /* In percent as well: on a page with 'zoom', the units of the window are too long. */
    inline-size: min(var(--maria-width, 400px), 100vw - 40px, 100% - 40px);
    block-size: min(var(--maria-height, 660px), 100dvh - 130px, 100% - 130px);
    box-sizing: border-box;
    border-radius: var(--radius);
    background: var(--bg);
    color: var(--fg);
    font: 15px/1.5 var(--maria-font, system-ui, sans-serif);
    box-shadow:
      0 0 0 1px var(--border),
      0 24px 60px #0f0f2838;
    overflow: hidden;
    /* The page stands still while the visitor scrolls in here. */
    overscroll-behavior: contain;
    animation: appear var(--slow);
  }
  /* Older browsers keep the plain colours above: an unknown function would leave none at all. */
  @supports (color: oklch(from light-dark(red, red) l c h)) {
    .panel {
      color-scheme: var(--scheme, light dark);
      --bg: var(--maria-bg, light-dark(#fff, #17181f));
      --surface: var(--maria-surface, light-dark(#f3f3f8, #23252f));
      --fg: var(--maria-fg, light-dark(#1a1b23, #eeeef5));
      --muted: var(--maria-muted, light-dark(#5a5d70, #a9acbf));
      --danger: var(--maria-danger, light-dark(#b3261e, #ffb3ab));
      --success: var(--maria-success, light-dark(#0f6b40, #74d7a4));
      --accent-text: light-dark(
        oklch(from var(--brand) min(l, 0.48) min(c, 0.3) h),
        oklch(from var(--brand) max(l, 0.8) c h)
      );
      --tint: light-dark(
        oklch(from var(--brand) 0.965 min(c, 0.02) h),
        oklch(from var(--brand) 0.3 min(c, 0.05) h)
      );
      /* Away from the colour of the text on it, so the contrast only grows. */
      --hover: color-mix(in srgb, var(--brand) 85%, oklch(from var(--on-accent) calc(1 - l) 0 0));
    }
  }
  :host([mode='inline']) .panel {
    position: absolute;
    inset: 0;
    inline-size: auto;
    block-size: auto;
    animation: none;
  }
  .launcher,
  .launcher svg {
    transition: 0.15s;
  }
  .launcher:hover {
    scale: 1.06;
  }
  .launcher:active {
    scale: 0.94;
  }
  .launcher slot {
    display: grid;
  }
  .launcher svg {
    grid-area: 1/1;
    inline-size: 28px;
    block-size: 28px;
  }
  .launcher svg + svg,
  .launcher[aria-expanded='true'] svg {
    opacity: 0;
  }
  .launcher[aria-expanded='true'] svg + svg {
    opacity: 1;
  }
  .panel[hidden] {
    display: none;
  }
  .panel * {
    box-sizing: border-box;
    scrollbar-width: thin;
  }
  .inside,
  .main {
    position: relative;
    display: flex;
    flex-direction: column;
    block-size: 100%;
    min-block-size: 0;
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
  }
  :focus-visible,
  .files:has(.picker:focus-visible) .dropzone {
    outline: 2px solid var(--accent-text);
    outline-offset: 2px;
  }
  /* These take the focus so that neither answer is nudged; they cannot be operated. */
  [tabindex='-1']:focus {
    outline: none;
  }

  .header {
    position: relative;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px;
    padding: 8px 16px;
    border-block-end: 1px solid var(--border);
  }
  .titles {
    flex: 1;
    min-inline-size: 0;
    margin-inline-start: 8px;
  }
  h2 {
    font-size: 16px;
    font-weight: 600;
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
    font-weight: 600;
    color: var(--on-accent);
  }
  .avatar.large,
  .first .avatar {
    background: var(--brand);
  }
  .avatar img {
    grid-area: 1/1;
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
  }
  .avatar.large {
    overflow: hidden;
    inline-size: 40px;
    block-size: 40px;
    font-size: 16px;
  }
  /* In place of the line below the header, so that it needs no height. */
  .steps {
    position: absolute;
    inset: auto 0 -1px;
    block-size: 3px;
    background: var(--border);
  }
  .steps i {
    display: block;
    block-size: 100%;
    background: var(--accent-text);
    transition: var(--slow);
  }
`;
