/** Sheets of paper on a ground. */
export const frameStyles = /* css */ `
  :root { --accent: #5646df; color-scheme: light; background: #ececf3; }
  :root[data-theme='dark'] { --accent: #a99ffb; color-scheme: dark; background: #24262f; }
  body { outline: none; }
  :root:has(body:focus-visible)::after {
    position: fixed;
    inset: 0;
    border: 2px solid var(--accent);
    border-radius: 0.6rem;
    pointer-events: none;
    content: '';
  }
  body {
    display: grid;
    gap: 12px;
    box-sizing: border-box;
    width: calc(min(100%, 924px) * var(--zoom, 1));
    margin: 12px auto;
    padding-inline: 12px;
    font: 15px/1.5 system-ui, sans-serif;
  }
  .page { width: 100%; background: #fff; box-shadow: 0 1px 4px rgb(0 0 0 / 0.2); }
  .page.broken { background: repeating-linear-gradient(45deg, #fff 0 12px, #eee 12px 24px); }
  canvas { display: block; width: 100%; height: auto; }
  p { text-align: center; }
  @media (width < 40rem) {
    body { margin-block: 0; padding-inline: 0; }
  }
`;
