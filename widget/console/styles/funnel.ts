/** Bars of the funnel. */
export const funnelStyles = /* css */ `
  .ranges {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 2rem;
    align-items: end;
    justify-content: space-between;
    margin-block-end: 1rem;
    border-block-end: 1px solid var(--line);
  }
  .ranges .inline { padding-block-end: 0.6rem; }
  .ranges input { font-weight: 400; }
  .ranges label { display: grid; gap: 0.2rem; color: var(--muted); font-size: 0.87rem; }
  .bars { display: grid; gap: 0.6rem; margin-block: 1.25rem 2rem; }
  .bars li { display: grid; grid-template-columns: 11rem 1fr 11rem 120px; gap: 1rem; align-items: center; }
  .bar { width: 100%; height: 26px; }
  [dir='rtl'] .bar, [dir='rtl'] .day-line { transform: scaleX(-1); }
  .bar .ground { fill: light-dark(#eeeef5, #20232d); }
  .bar .stayed { fill: light-dark(#5646df, #8f83f5); }
  .bar .left { fill: light-dark(#c8c2f6, #443c85); }
  .bar .before { stroke: var(--edge); stroke-width: 3; vector-effect: non-scaling-stroke; }
  .day-line polyline { fill: none; stroke: var(--accent); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
  .day-line circle { fill: var(--accent); }
  .figures .note { display: block; }
  .figures-table { max-width: 50rem; }
  .figures-table thead th { overflow-wrap: normal; }
  .figures-table caption { padding-block: 0.5rem; font-weight: 600; text-align: start; }
  .figures-table tbody th { color: var(--fg); font-weight: 400; font-size: inherit; }
  @media (width < 52rem) {
    .bars { gap: 1rem; }
    .bars li { grid-template-columns: 1fr auto; gap: 0.25rem 1rem; }
    .bars .bar { grid-area: 2 / 1 / auto / 3; }
    .bars .day-line { grid-area: 3 / 1 / auto / 3; width: 100%; height: 18px; }
    .day-line circle { display: none; }
    .figures { text-align: end; }
  }
  @media (width < 34rem) {
    .ranges .tabs { width: 100%; gap: 0.5rem; justify-content: space-between; }
    .ranges .inline { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); width: 100%; }
    .ranges label { grid-template-columns: minmax(0, 1fr); }
    .ranges input { width: 100%; }
    .figures-table :is(caption, thead, tbody), .figures-table { display: block; }
    .figures-table tr { display: grid; grid-template-columns: repeat(4, 1fr); padding-block: 0.5rem; }
    .figures-table :is(th, td) { padding: 0.15rem 0; }
    .figures-table :is(th, td):first-child { grid-column: 1 / -1; }
  }
  @media (forced-colors: active) {
    .bar .ground { fill: Canvas; stroke: GrayText; }
    .bar .stayed { fill: Highlight; }
    .bar .left { fill: GrayText; }
    .bar .before { stroke: CanvasText; }
    .day-line polyline { stroke: CanvasText; }
  }
`;
