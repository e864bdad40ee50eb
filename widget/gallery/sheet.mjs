const STYLE = `
body { margin: 24px; font: 14px/1.4 system-ui, sans-serif; background: #f3f4f7; color: #1d2026; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(var(--width), 1fr)); gap: 20px; }
figure { margin: 0; }
img { max-width: 100%; border: 1px solid #d5d8df; background: #fff; }
figcaption { margin-top: 4px; font-weight: 600; }
`;

/** All pictures of one look on one page. */
export const sheet = (look, pictures) => `<!doctype html><meta charset="utf-8">
<title>${look.name}</title><style>${STYLE}:root { --width: ${look.isMobile ? 200 : 320}px; }</style>
<h1>${look.name}</h1><main>${pictures
  .map(
    ({name, file}) => `<figure><img src="${file}" alt=""><figcaption>${name}</figcaption></figure>`,
  )
  .join('')}</main>`;
