/** Tokens, text, controls and the frame of all pages. The demo page has the same tokens. */
export const base = /* css */ `
  :root {
    color-scheme: light dark;
    --fg: light-dark(#191a23, #ececf4);
    --muted: light-dark(#585b6e, #a9acbf);
    --line: light-dark(#e2e3ec, #2f3240);
    --edge: light-dark(#85889b, #767a90);
    --card: light-dark(#fff, #1a1c25);
    --ground: light-dark(#f7f7fb, #101117);
    --soft: light-dark(#eeecfd, #262350);
    --accent: light-dark(#5646df, #a99ffb);
    --success: light-dark(#0b6b3a, #7fd6a4);
    --warning: light-dark(#7d4a00, #f0bb6b);
    --danger: light-dark(#b3261e, #ff9d92);
    --code: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
    --gap: 1rem;
    scroll-padding-block: 5rem;
  }
  :root[data-theme='light'] { color-scheme: light; }
  :root[data-theme='dark'] { color-scheme: dark; }
  *, *::before, *::after { box-sizing: border-box; }
  body {
    min-height: 100vh;
    margin: 0;
    background: var(--ground);
    color: var(--fg);
    font: 15px/1.47 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }
  h1, h2, h3, p, dl, dd, figure, ul, ol { margin: 0; }
  h1 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.015em; }
  main:focus { outline: none; }
  h2 { font-size: 1.05rem; line-height: 1.3; letter-spacing: -0.01em; }
  h3 { font-size: 0.95rem; }
  ul, ol { padding: 0; list-style: none; }
  a { color: var(--accent); text-underline-offset: 0.2em; }
  code { font-family: var(--code); font-size: 0.88em; direction: ltr; unicode-bidi: isolate; }
  time, .number { white-space: nowrap; }
  bdi { display: inline-block; max-width: 100%; overflow: clip; vertical-align: bottom; }
  [dir='auto'] { overflow: clip; }
  .note { color: var(--muted); font-size: 0.87rem; }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 0.3rem; }
  button, input, select, textarea { color: inherit; font: inherit; }
  button, .button {
    display: inline-flex;
    gap: 0.4rem;
    align-items: center;
    justify-content: center;
    min-height: 2.25rem;
    padding: 0.3rem 0.8rem;
    border: 1px solid var(--edge);
    border-radius: 0.6rem;
    background: var(--card);
    color: var(--fg);
    font-weight: 600;
    text-decoration: none;
    overflow-wrap: break-word;
    cursor: pointer;
    transition: border-color 120ms, background-color 120ms;
  }
  button:hover, .button:hover { border-color: var(--accent); }
  button[aria-disabled='true'], button:disabled { color: var(--muted); cursor: default; }
  .primary { border-color: transparent; background: #5646df; color: #fff; }
  .primary:hover { background: #4536c4; }
  .primary[aria-disabled='true'] { color: #fff; opacity: 0.75; }
  .plain { border-color: transparent; background: none; }
  button.danger, .danger { color: var(--danger); }
  input:not([type='checkbox'], [type='radio']), select, textarea {
    min-height: 2.25rem;
    max-width: 100%;
    padding: 0.3rem 0.6rem;
    border: 1px solid var(--edge);
    border-radius: 0.6rem;
    background: var(--card);
    font-weight: 400;
  }
  input[type='checkbox'], input[type='radio'] { width: 1.1rem; height: 1.1rem; margin: 0; accent-color: #5646df; }
  ::placeholder { color: var(--muted); opacity: 1; }
  label { font-weight: 600; }
  .field { display: grid; gap: 0.3rem; max-width: 26rem; }
  .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
  .shape { flex: none; vertical-align: -0.15em; }
  .shape.open { color: var(--accent); }
  .shape.pending, .shape.warning { color: var(--warning); }
  .shape.done { color: var(--success); }
  .shape.visit, .shape.no, .shape.file { color: var(--muted); }
  .copy { position: relative; }
  .copy[data-done] span { visibility: hidden; }
  .copy[data-done]::after { content: attr(data-done); position: absolute; white-space: nowrap; }

  /* Frame */
  .top, main { width: min(76rem, 100% - 2.5rem); margin-inline: auto; }
  .top { display: flex; flex-wrap: wrap; gap: 0.35rem 1.5rem; align-items: center; padding-block: 0.9rem; }
  .mark {
    display: inline-flex;
    gap: 0.55rem;
    align-items: center;
    color: inherit;
    text-decoration: none;
    white-space: nowrap;
  }
  .mark i {
    display: grid;
    place-items: center;
    width: 1.9rem;
    height: 1.9rem;
    border-radius: 0.6rem;
    background: #5646df;
    color: #fff;
    font-style: normal;
    font-weight: 700;
  }
  .door .mark { font-weight: 700; }
  .top .mark span { color: var(--muted); }
  .top nav { display: flex; flex-wrap: wrap; gap: 0.15rem 1.25rem; }
  .top nav a, .me { padding-block: 0.4rem; color: var(--muted); text-decoration: none; }
  .top nav a:hover, .me:hover { color: var(--fg); text-decoration: underline; }
  .top nav a { border-block: 2px solid transparent; }
  .top [aria-current] { color: var(--fg); }
  .top nav [aria-current] { border-block-end-color: var(--accent); text-decoration: none; }
  .me { max-width: 18rem; margin-inline-start: auto; }
  .top strong, .me { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .top strong bdi, .me bdi { display: inline; }
  .me i { display: none; }
  .top select { max-width: 12rem; border-color: var(--line); font-weight: 600; }
  main { padding-block: 0.75rem 5rem; }
  .head { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; margin-block-end: 1rem; }
  .head h1 { margin-inline-end: auto; }
  .printed { display: none; }
  .skip { position: absolute; inset-block-start: -10rem; inset-inline-start: 1rem; }
  .skip:focus { inset-block-start: 0.5rem; z-index: 3; }
  .banner {
    padding: 0.5rem 1.25rem;
    border-block-end: 1px solid var(--line);
    background: var(--soft);
    text-align: center;
  }
  .toast {
    position: fixed;
    inset-block-end: 1.25rem;
    inset-inline: 1rem;
    z-index: 2;
    width: fit-content;
    max-width: 30rem;
    margin-inline: auto;
    padding: 0.6rem 1.1rem;
    border-radius: 0.8rem;
    background: var(--fg);
    color: var(--ground);
  }
  .toast:empty { display: none; }
  body:has(.bulk) .toast { inset-block: 1.25rem auto; }

  /* Pages without a frame: sign in */
  .door { display: grid; place-items: center; min-height: 100dvh; padding: 1.5rem; }
  .door main {
    width: 100%;
    max-width: 28rem;
    padding: 2.5rem 2rem;
    border: 1px solid var(--line);
    border-radius: 1.25rem;
    background: var(--card);
    box-shadow: 0 18px 50px rgb(15 23 42 / 0.08);
  }
  .door main, .door form, .door [role='status'] { display: grid; gap: 1.1rem; align-content: start; }
  .door p { color: var(--muted); }
  .door .mark { margin-block-end: 0.4rem; }
  .door .mark i { width: 2.6rem; height: 2.6rem; border-radius: 0.85rem; font-size: 1.2rem; }
  .door form button, .door main > button { min-height: 2.9rem; }
  .door input { min-height: 2.9rem; }

  @media (width < 40rem) {
    body { font-size: 16px; }
    .top, main { width: calc(100% - 2rem); }
    .top { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; column-gap: 0.75rem; padding-block: 0.75rem 0; }
    .top nav { grid-area: 2 / 1 / auto / -1; justify-content: space-between; }
    .top nav a { min-width: 2.5rem; text-align: center; }
    .top select { width: fit-content; }
    .mark { min-width: 2.75rem; }
    .mark span, .me .name { position: absolute; width: 1px; overflow: hidden; clip-path: inset(50%); }
    .me { grid-area: 1 / 3; display: grid; place-items: center end; width: 2.75rem; height: 2.75rem; padding: 0; }
    .me i {
      display: grid;
      place-items: center;
      width: 2.1rem;
      height: 2.1rem;
      border: 1px solid var(--line);
      border-radius: 50%;
      background: var(--card);
      font-style: normal;
      font-weight: 600;
      text-transform: uppercase;
    }
    .me[aria-current] i { border-color: var(--accent); color: var(--accent); }
    .head h1 { width: 100%; }
  }
  @media (pointer: coarse) {
    button, .button, select, input:not([type='checkbox'], [type='radio']), .top a { min-height: 2.75rem; }
    .top nav a { padding-block: 0.7rem; }
    summary { padding-block: 0.6rem; }
  }
  @media (prefers-reduced-motion: reduce) {
    * { transition: none !important; }
  }
  @media (forced-colors: active) {
    .primary, .mark i { border: 1px solid ButtonText; forced-color-adjust: auto; }
    .toast { border: 1px solid CanvasText; }
    [aria-current] { text-decoration: underline; }
    /* Borders lose their transparency. */
    :is(.top nav, .tabs) a { border-color: Canvas; }
    :is(.top nav, .tabs) [aria-current] { border-block-end-color: Highlight; }
  }
  @media print {
    .top, .banner, .toast, .no-print { display: none !important; }
    .printed { display: flex; justify-content: space-between; margin-block-end: 1rem; padding-block-end: 0.4rem; border-block-end: 1px solid; }
    body { background: none; }
    main { width: 100%; padding: 0; }
  }
`;
