/** Pages of settings: sections below each other. */
export const siteStyles = /* css */ `
  .site-page { display: grid; gap: 2.5rem; max-width: 48rem; }
  .site-page section { display: grid; gap: 0.85rem; justify-items: start; }
  .site-page section > * { max-width: 100%; }
  .site-page .code, .site-page details, .site-page .facts, .site-page .lines, .site-page .steps { width: 100%; }
  .site-page summary { color: var(--muted); cursor: pointer; }
  .facts > div { display: grid; grid-template-columns: 12rem 1fr; gap: 0 1rem; padding-block: 0.4rem; }
  .lines li { padding-block: 0.5rem; }
  .steps { counter-reset: step; }
  .steps li { padding-block: 0.6rem; }
  .steps p { color: var(--muted); }
  fieldset { display: grid; gap: 0.5rem; margin: 0; padding: 0; border: 0; }
  legend { margin-block-end: 0.4rem; padding: 0; font-weight: 600; }
  .radio { display: flex; gap: 0.6rem; align-items: baseline; min-height: 1.75rem; font-weight: 400; }
  .radio input { flex: none; align-self: center; }
  .radio .note { display: block; }
  .sessions li { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; justify-content: space-between; }
  .sessions .note { display: block; }
  .people tbody th { color: inherit; font-size: inherit; }
  .people td, .people th { vertical-align: middle; }
  .people .actions { justify-content: flex-end; }
  @media (width < 46rem) {
    .people thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
    .people tr { display: grid; padding-block: 0.75rem; }
    .people td, .people th { padding-block: 0.2rem; }
    .people .right { text-align: start; }
    .people .actions { justify-content: flex-start; }
    .people .actions > .plain:first-child { margin-inline-start: -0.8rem; }
    .facts > div { grid-template-columns: 1fr; }
  }
`;
