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
  .leads tbody tr:has(:checked) { background: color-mix(in srgb, var(--soft) 65%, transparent); box-shadow: inset 3px 0 var(--accent); }
  [dir='rtl'] .leads tbody tr:has(:checked) { box-shadow: inset -3px 0 var(--accent); }
  .leads { table-layout: fixed; }
  .leads td, .leads th { padding-block: 0.7rem; padding-inline: 0.35rem 0.9rem; }
  .leads tbody th { color: inherit; font-size: inherit; }
  .leads .select { width: 2.5rem; padding-inline: 0.35rem; }
  .select label { display: grid; place-items: center; min-width: 1.5rem; min-height: 1.5rem; }
  .leads .who { width: 30%; }
  .leads tbody .who { font-weight: 400; }
  .who .title { display: flex; gap: 0.45rem; align-items: start; }
  .title .shape { margin-block-start: 0.2em; }
  .title .new { flex: none; }
  .who a { color: var(--fg); font-weight: 600; text-decoration: none; }
  .who a:hover { text-decoration: underline; }
  .who a bdi { display: inline; }
  .who .below {
    display: flex;
    gap: 0.3rem;
    padding-inline-start: 1.45rem;
    color: var(--muted);
    font-size: 0.93rem;
    white-space: nowrap;
  }
  .below bdi { overflow: hidden; text-overflow: ellipsis; }
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
    gap: 0.5rem 0.75rem;
    align-items: center;
    margin-block-start: 1rem;
    padding: 0.6rem 1rem;
    border: 1px solid var(--edge);
    border-radius: 0.9rem;
    background: var(--card);
    box-shadow: 0 0.6rem 1.6rem rgb(20 15 60 / 0.14);
  }
  .bulk .actions { margin-inline-start: auto; }
  .listening { color: var(--fg); }
  @media (width < 60rem) {
    .leads .training { display: none; }
  }
  @media (width < 46rem) {
    .leads, .leads thead, .leads tbody { display: block; }
    .leads thead th:not(.select) { position: absolute; clip-path: inset(50%); }
    .leads thead .select { display: block; width: auto; padding-block: 0.35rem; }
    .leads thead .hidden { position: static; width: auto; height: auto; clip-path: none; white-space: normal; }
    .leads thead label { display: flex; gap: 0.6rem; color: var(--muted); font-weight: 400; }
    .leads tbody tr { display: grid; grid-template-columns: 2rem minmax(0, 1fr) auto; padding-block: 0.5rem; }
    .leads tbody tr > * { padding: 0.15rem 0; }
    .leads .select { grid-row: 1; align-self: start; padding-inline: 0; }
    .leads tbody .select { width: auto; }
    .leads tbody label { place-items: center start; }
    .leads .who, .leads .files, .leads .time { width: auto; }
    .leads .who { grid-area: 1 / 2 / auto / 4; }
    .who .title { padding-inline-end: 4rem; }
    .leads .time { grid-area: 1 / 3; padding-inline-start: 0.5rem; }
    .leads .last { grid-area: 2 / 2 / auto / 4; }
    .leads .files { grid-area: 3 / 2; }
    .leads .none { display: none; }
    .leads tbody tr:has(:checked) { margin-inline: -1rem; padding-inline: 1rem; }
    .search { flex: 1; min-width: 0; }
    .head:has(.search) { flex-wrap: nowrap; margin-block-end: 0.25rem; }
    .head:has(.search) h1 { position: absolute; width: auto; clip-path: inset(50%); }
    .views .tabs {
      display: grid;
      grid-template-columns: repeat(4, minmax(min-content, auto));
      gap: 0.5rem;
      align-items: end;
      justify-content: space-between;
      width: 100%;
    }
    .views .tabs a { display: grid; min-width: 2.75rem; overflow-wrap: normal; text-align: center; white-space: normal; }
    .views .number { margin: 0; }
    .filters form { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); }
    .filters label { grid-template-columns: minmax(0, 1fr); }
    .filters input, .filters select { width: 100%; }
    .bulk {
      inset-block-end: 0;
      margin-inline: -1rem;
      padding-block-end: max(0.75rem, env(safe-area-inset-bottom));
      border-width: 1px 0 0;
      border-radius: 1rem 1rem 0 0;
    }
    .bulk .actions { display: grid; grid-template-columns: 1fr 1fr; width: 100%; }
  }
  @media (width < 23rem) {
    .views .tabs { gap: 0.3rem; font-size: 0.87rem; }
  }
  @media (pointer: coarse) {
    .select label { min-width: 2.75rem; min-height: 2.75rem; margin-block: -0.6rem; }
    tbody .select label { margin-inline: -0.4rem 0; padding-inline-start: 0.4rem; }
    .filters summary { padding-block: 0.75rem; }
    .who a { margin-block: -0.6rem; padding-block: 0.6rem; }
  }
  @media (prefers-reduced-motion: reduce) { .arrived { animation: none; } }
  @media (forced-colors: active) { .leads tr:focus-within { outline: 1px solid Highlight; } }
`;
