/** Parts that several pages have: states, cards, code, tables, tabs, dialogs and menus. */
export const parts = /* css */ `
  /* States */
  .skeleton { display: grid; gap: 1rem; padding-block: 1rem; animation: appear 1ms 150ms both; }
  .skeleton i { height: 1.1rem; border-radius: 0.4rem; background: var(--line); }
  .skeleton i:nth-child(2n) { width: 65%; }
  @keyframes appear { from { visibility: hidden; } to { visibility: visible; } }
  .problem {
    display: grid;
    gap: 0.6rem;
    justify-items: start;
    margin-block: 1rem;
    padding: 0.9rem 1.1rem;
    border: 1px solid var(--line);
    border-inline-start: 3px solid var(--danger);
    border-radius: 0.6rem;
    background: var(--card);
  }
  .empty { display: grid; gap: 0.75rem; max-width: 46rem; padding-block: 2.5rem; }
  .empty h2 { font-size: 1.35rem; }
  .empty > p { color: var(--muted); }

  /* Cards, code, tables */
  .card + .card { margin-block-start: 1.5rem; padding-block-start: 1.5rem; border-block-start: 1px solid var(--line); }
  .card > h2 { margin-block-end: 0.7rem; }
  .code figcaption {
    display: flex;
    gap: 0.75rem;
    align-items: center;
    justify-content: space-between;
    margin-block-end: 0.4rem;
    font-weight: 600;
  }
  .code pre {
    margin: 0;
    padding: 0.8rem 1rem;
    border: 1px solid var(--line);
    border-radius: 0.9rem;
    background: var(--card);
    font: 0.87rem/1.6 var(--code);
    direction: ltr;
    text-align: left;
    white-space: pre-wrap;
  }
  .code code { font-size: inherit; }
  table { width: 100%; border-collapse: collapse; }
  th { color: var(--muted); font-size: 0.87rem; font-weight: 600; text-align: start; }
  td, th { padding-block: 0.55rem; padding-inline: 0 0.75rem; vertical-align: top; }
  tbody tr { border-block-start: 1px solid var(--line); }
  .right { text-align: end; }

  /* Choices and short forms */
  .tabs { display: flex; gap: 1.25rem; max-width: 100%; overflow-x: auto; }
  .tabs a {
    padding-block: 0.5rem;
    border-block-end: 2px solid transparent;
    color: var(--muted);
    text-decoration: none;
    white-space: nowrap;
  }
  .tabs a:focus-visible { outline-offset: -2px; }
  .tabs a:hover { color: var(--fg); }
  .tabs [aria-current] { border-color: var(--accent); color: var(--fg); font-weight: 600; }
  .tabs .number { margin-inline-start: 0.25rem; color: var(--muted); font-weight: 400; }
  .choice { display: flex; flex-wrap: wrap; gap: 0.4rem; }
  .choice button { border-color: var(--line); font-weight: 400; }
  .choice [aria-pressed='true'] { border-color: var(--accent); background: var(--soft); font-weight: 600; }
  .inline { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: end; }
  .new {
    margin-inline-start: 0.4rem;
    padding: 0.05rem 0.45rem;
    border: 1px solid currentColor;
    border-radius: 1rem;
    color: var(--accent);
    font-size: 0.78rem;
    font-weight: 600;
  }

  /* Lists with hairlines */
  .facts > div + div, .lines li + li, .steps li + li, .documents li + li, .consent + .consent {
    border-block-start: 1px solid var(--line);
  }
  .facts dt { color: var(--muted); }
  .name > code { display: block; }

  /* Dialogs and menus */
  dialog {
    width: min(32rem, 100% - 2rem);
    max-height: calc(100dvh - 2rem);
    padding: 1.5rem;
    border: 1px solid var(--line);
    border-radius: 1.1rem;
    background: var(--card);
    color: var(--fg);
    box-shadow: 0 1.2rem 3rem rgb(20 15 60 / 0.25);
  }
  dialog::backdrop { background: rgb(15 15 25 / 0.45); }
  dialog form { display: grid; gap: 1rem; }
  dialog h2 { font-size: 1.25rem; }
  dialog .actions { justify-content: flex-end; }
  dialog ul { display: grid; gap: 0.35rem; padding-inline-start: 1.1rem; list-style: disc; }
  .menu {
    inset: auto;
    min-width: 12rem;
    max-width: calc(100vw - 1rem);
    margin: 0;
    padding: 0.35rem;
    border: 1px solid var(--line);
    border-radius: 0.8rem;
    background: var(--card);
    color: var(--fg);
    box-shadow: 0 0.8rem 2rem rgb(20 15 60 / 0.18);
  }
  .menu > .note { padding: 0.4rem 0.75rem; }
  .menu > :is(a, button) {
    display: flex;
    width: 100%;
    min-height: 2.5rem;
    justify-content: flex-start;
    padding: 0.4rem 0.75rem;
    border: 0;
    border-radius: 0.5rem;
    background: none;
    color: inherit;
    font-weight: 400;
    text-decoration: none;
    align-items: center;
  }
  .menu > :is(a, button):is(:hover, :focus-visible) { background: var(--soft); }
  .keys { display: grid; grid-template-columns: auto 1fr; gap: 0.45rem 1rem; }
  kbd {
    padding: 0.1em 0.45em;
    border: 1px solid var(--line);
    border-radius: 0.35em;
    background: var(--ground);
    font: 0.87em var(--code);
  }
  @media (pointer: coarse) { .tabs a { padding-block: 0.75rem; } }
  @media (forced-colors: active) { .skeleton i { border: 1px solid GrayText; } }
`;
