/** List of leads. */
export const leadsStyles = /* css */ `
  .search { width: min(22rem, 100%); }
  .views {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1.5rem;
    align-items: start;
    justify-content: space-between;
    border-block-end: 1px solid var(--line);
  }
  .filters summary { padding-block: 0.5rem; color: var(--muted); cursor: pointer; }
  .filters[open] { width: 100%; }
  .filters form { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: end; padding-block: 0.25rem 1rem; }
  .filters label { display: grid; gap: 0.25rem; color: var(--muted); font-size: 0.87rem; }
  .filters input, .filters select { color: var(--fg); font-size: 15px; }
  .leads tbody tr { cursor: pointer; }
  .leads tbody tr:hover { background: var(--soft); }
  .leads tbody tr:focus-within { background: var(--soft); }
  .leads td, .leads th { padding-block: 0.7rem; padding-inline: 0.35rem 0.9rem; }
  .leads tbody th { color: inherit; font-size: inherit; }
  .leads .select { width: 2.5rem; padding-inline: 0.35rem; }
  .select label { display: grid; place-items: center; min-width: 1.5rem; min-height: 1.5rem; }
  .leads .who { width: 30%; overflow-x: clip; font-weight: 400; }
  .who a bdi { display: inline; }
  .who a { color: var(--fg); font-weight: 600; text-decoration: none; }
  .who a:hover { text-decoration: underline; }
  .who .below { display: block; padding-inline-start: 1.4rem; color: var(--muted); font-size: 0.93rem; }
  .who .below bdi + .state::before { content: ' · '; }
  .last .excerpt {
    display: -webkit-box;
    max-height: 2.95em;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }
  .last .by { color: var(--muted); }
  .leads .files, .leads .training { width: 7.5rem; color: var(--muted); white-space: nowrap; }
  .leads .time { width: 7.5rem; color: var(--muted); }
  .arrived { animation: arrive 1.2s ease-out; }
  @keyframes arrive { from { background: var(--soft); } }
  .more { padding-block: 1rem; }
  .pill { position: sticky; inset-block-start: 0.75rem; z-index: 1; height: 0; text-align: center; }
  .pill button { border-color: var(--accent); border-radius: 2rem; }
  .bulk {
    position: sticky;
    inset-block-end: 1rem;
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 1rem;
    align-items: center;
    justify-content: space-between;
    margin-block-start: 1rem;
    padding: 0.6rem 1rem;
    border: 1px solid var(--edge);
    border-radius: 0.9rem;
    background: var(--card);
    box-shadow: 0 0.6rem 1.6rem rgb(20 15 60 / 0.14);
  }
  .listening { color: var(--fg); }
  @media (width < 60rem) {
    .leads .training, .leads th:nth-child(5) { display: none; }
  }
  @media (width < 46rem) {
    .leads thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
    .leads tbody tr { display: grid; grid-template-columns: 2.25rem 1fr auto; padding-block: 0.5rem; }
    .leads tbody tr > * { padding-block: 0.15rem; }
    .leads .select { grid-row: 1; align-self: start; padding-block-start: 0.35rem; }
    .leads .who, .leads .files, .leads .time { width: auto; }
    .leads .who { grid-area: 1 / 2; }
    .leads .time { grid-area: 1 / 3; padding-inline-end: 0; }
    .leads .last { grid-area: 2 / 2 / auto / 4; }
    .leads .files { grid-area: 3 / 2; }
    .leads .none { display: none; }
    .search { width: 100%; order: 3; }
    .head:has(.search) h1 { width: auto; }
  }
  @media (pointer: coarse) {
    .select label { min-width: 2.75rem; min-height: 2.75rem; margin: -0.6rem; }
    .filters summary { padding-block: 0.75rem; }
  }
  @media (prefers-reduced-motion: reduce) { .arrived { animation: none; } }
  @media (forced-colors: active) { .leads tr:focus-within { outline: 1px solid Highlight; } }
`;
