/** Page of one lead. */
export const leadStyles = /* css */ `
  .crumbs { display: flex; gap: 1rem; align-items: center; justify-content: space-between; min-height: 2.25rem; }
  .crumbs > span { display: flex; }
  .crumbs a { text-decoration: none; }
  .crumbs a:hover { text-decoration: underline; }
  .step { min-width: 2.25rem; font-weight: 400; }
  .step i { font-size: 1.25rem; font-style: normal; line-height: 1; }
  [dir='rtl'] .step i { transform: scaleX(-1); }
  .who-is { flex: 1 1 20rem; min-width: 0; }
  .who-is .copy, .facts .copy { min-height: 1.5rem; padding: 0 0.5rem; border-color: transparent; background: none; color: var(--accent); font-weight: 400; }
  .parts { display: none; margin-block-end: 1rem; }
  .parts button { flex: 1; }
  .lead { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 26rem); gap: 2rem; align-items: start; }
  .talk > h2 { margin-block-end: 0.7rem; }
  .transcript { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.9rem; }
  .transcript .day { margin-block-start: 0.5rem; color: var(--muted); font-size: 0.87rem; text-align: center; }
  .transcript time { color: var(--muted); font-size: 0.87rem; }
  .message { max-width: 36rem; }
  .message .by { display: flex; gap: 0.5rem; align-items: baseline; }
  .message .by strong { min-inline-size: 0; overflow-wrap: anywhere; }
  .message .body {
    width: fit-content;
    max-width: 100%;
    margin-block-start: 0.2rem;
    padding: 0.55rem 0.85rem;
    border: 1px solid var(--line);
    border-radius: 0.9rem;
    background: var(--card);
    white-space: pre-wrap;
  }
  .message.visitor .body { border-color: transparent; background: var(--soft); }
  .transcript .event { display: flex; gap: 0.75rem; align-items: baseline; color: var(--muted); }
  .attached { display: flex; gap: 0.5rem; align-items: baseline; color: var(--fg); }
  .attached { min-width: 0; }
  .attached bdi { flex: 0 1 auto; min-width: 3rem; text-overflow: ellipsis; white-space: nowrap; }
  .attached .shape { align-self: start; margin-block-start: 0.2em; }
  .attached button { min-height: 1.75rem; padding: 0 0.5rem; color: var(--accent); }
  .documents li { padding-block: 0.75rem; }
  .file-name { display: flex; gap: 0.4rem; align-items: baseline; font-weight: 600; }
  .who-is h1 { overflow-x: clip; }
  .who-is h1 bdi { display: inline; }
  .documents .actions { margin-block-start: 0.5rem; }
  .documents .actions .plain { border-color: transparent; color: var(--accent); font-weight: 600; }
  .warns { color: var(--warning); font-weight: 600; white-space: normal; }
  .consent .warns { display: block; }
  .opened { display: grid; gap: 0.75rem; margin-block-start: 0.75rem; }
  .pages { max-height: max(24rem, 100dvh - 12rem); padding: 0.75rem 1rem; overflow: auto; border: 1px solid var(--line); border-radius: 0.6rem; }
  .pages h3 { color: var(--muted); font-weight: 600; font-size: 0.87rem; }
  .pages .page { margin-block-end: 1rem; white-space: pre-wrap; }
  .frame { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.4rem; }
  .zoom { display: flex; gap: 0.5rem; align-items: center; justify-content: center; }
  .zoom button { width: 2.75rem; min-height: 2.5rem; padding: 0; font-size: 1.25rem; }
  .zoom .number { min-width: 4rem; text-align: center; }
  .frame iframe {
    box-sizing: content-box;
    display: block;
    width: calc(100% - 2px);
    height: min(var(--height, 24rem), 100dvh - 9rem);
    border: 1px solid var(--line);
    border-radius: 0.6rem;
  }
  .facts > div { padding-block: 0.35rem; }
  .facts dt { font-size: 0.87rem; }
  .facts .note { display: block; }
  .consent { padding-block: 0.4rem; }
  .consent summary { cursor: pointer; }
  .consent blockquote { margin: 0.5rem 0; padding-inline-start: 0.75rem; border-inline-start: 3px solid var(--line); }
  .trail summary { cursor: pointer; }
  .trail summary h2 { display: inline; }
  .trail li { padding-block: 0.35rem; }
  .trail li .note { display: block; }
  .tombstone { padding-block: 1.5rem; }
  .proof { max-width: 46rem; }
  .print-only { display: none; }
  @media (width >= 60rem) {
    .lead:has(.opened) { grid-template-columns: minmax(0, 20rem) minmax(0, 1fr); }
    .lead:has(.opened) .documents li { display: grid; grid-template-columns: minmax(0, 1fr) auto; }
    .lead:has(.opened) .documents li > .actions { grid-area: 1 / 2 / 3; }
    .lead .documents .opened { grid-column: 1 / -1; }
  }
  @media (width < 60rem) {
    .parts {
      position: sticky;
      inset-block-start: 0;
      z-index: 1;
      display: flex;
      padding-block: 0.4rem;
      background: var(--ground);
    }
    .lead { grid-template-columns: minmax(0, 1fr); }
    .lead[data-part='talk'] .side, .lead[data-part='file'] .talk { display: none; }
    .talk > h2 { position: absolute; clip-path: inset(50%); }
    .transcript .event { justify-content: space-between; }
  }
  @media (width < 40rem) {
    .step span { position: absolute; width: 1px; overflow: hidden; clip-path: inset(50%); }
    /* As wide as the screen, without the margin of the page. */
    .frame { margin-inline: -1rem; }
    .frame iframe { width: 100%; border-inline: 0; border-radius: 0; }
  }
  @media (pointer: coarse) {
    .crumbs > a { padding-block: 0.6rem; }
    .who-is .copy, .facts .copy, .attached button { min-height: 2.75rem; margin-block: -0.6rem; }
  }
  @media print {
    .lead { display: block; }
    .lead .side, .lead .talk { display: block !important; }
    .print-only { display: inline; }
    .attached bdi { white-space: normal; }
    .card { margin-block: 1rem; break-inside: avoid; }
  }
`;
