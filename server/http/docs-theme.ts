import {renderDevLinks} from './dev-links.js';
import {MARK} from './icon.js';

/**
 * Styles of the header are those of `examples/pages.css`, which a server in production does not serve.
 * The other rules replace colours of Swagger UI that are too pale for its texts.
 */
export const DOCS_CSS = `
:root { color-scheme: light; --fg: #191a23; --muted: #585b6e; --line: #e2e3ec; --card: #fff; --ground: #f7f7fb; --accent: #5646df; }
:root.dark-mode { color-scheme: dark; --fg: #ececf4; --muted: #a9acbf; --line: #2f3240; --card: #1a1c25; --ground: #101117; --accent: #a99ffb; }
html.dark-mode, html.dark-mode .swagger-ui, html body { background: var(--ground); color: var(--fg); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
.top { box-sizing: border-box; display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; align-items: center; justify-content: space-between; width: min(72rem, 100% - 2.5rem); margin-inline: auto; padding-block: 1.1rem; font: 17px/1.6 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
.top nav { display: flex; flex-wrap: wrap; gap: 0.15rem 1.25rem; }
.top a { padding-block: 0.15rem; color: var(--muted); text-decoration: none; }
.top nav a:hover { color: var(--fg); text-decoration: underline; text-underline-offset: 0.25em; }
.top [aria-current] { color: var(--fg); font-weight: 600; }
.top .mark { display: inline-flex; gap: 0.55rem; align-items: center; color: var(--fg); font-size: 1.05rem; font-weight: 700; }
.top svg { width: 1.9rem; height: 1.9rem; }
.swagger-ui .topbar { display: none; }
.swagger-ui .wrapper { max-width: none; width: min(72rem, 100% - 2.5rem); padding: 0; }
.swagger-ui .scheme-container, .dark-mode .swagger-ui .scheme-container { margin: 0 0 1rem; padding: 0; background: none; box-shadow: none; }
.swagger-ui .scheme-container .schemes { justify-content: flex-end; }
.swagger-ui .scheme-container .schemes > .schemes-server-container { display: none; }
.swagger-ui .info { margin: 1.5rem 0; }
.swagger-ui .info .title, .swagger-ui .info p, .swagger-ui .opblock-tag, .swagger-ui .opblock .opblock-summary-description, .swagger-ui .btn { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
.swagger-ui .info .title, .swagger-ui .info p, .swagger-ui .opblock-tag { color: var(--fg); }
.swagger-ui .info p { max-width: 44rem; margin: 0.6rem 0; font-size: 17px; line-height: 1.6; }
.swagger-ui .info .title small, .swagger-ui .info .title small.version-stamp { background: #585b6e; }
.swagger-ui .info a, .swagger-ui .opblock-tag small a { color: var(--accent); }
.swagger-ui .opblock-tag small, .swagger-ui .opblock .opblock-summary-description, .swagger-ui .model-toggle, .swagger-ui .json-schema-2020-12__attribute--muted { color: var(--muted); }
.swagger-ui .info code, .swagger-ui .markdown code, .swagger-ui .renderedMarkdown code { background: var(--card); color: var(--fg); }
.swagger-ui .opblock .opblock-summary-path, .swagger-ui .opblock .opblock-summary-path a, .swagger-ui section.models h4 { color: var(--fg); }
.swagger-ui .opblock-summary-path a { padding-block: 3px; }
.swagger-ui .btn.authorize { border-color: var(--accent); color: var(--accent); }
.swagger-ui .btn.authorize svg { fill: var(--accent); }
.swagger-ui .opblock .opblock-summary-method { color: #fff; text-shadow: none; }
.swagger-ui .opblock.opblock-get .opblock-summary-method { background: #1e63c4; }
.swagger-ui .opblock.opblock-post .opblock-summary-method { background: #17703f; }
.swagger-ui .opblock.opblock-put .opblock-summary-method { background: #9a5200; }
.swagger-ui .opblock.opblock-patch .opblock-summary-method { background: #0f6b63; }
.swagger-ui .opblock.opblock-delete .opblock-summary-method { background: #b3261e; }
.swagger-ui .json-schema-2020-12-expand-deep-button, .swagger-ui .json-schema-2020-12__attribute { color: var(--muted); }
.swagger-ui .json-schema-2020-12__attribute--primary { color: var(--accent); }
.swagger-ui .json-schema-2020-12-accordion, .swagger-ui .json-schema-2020-12__title { color: var(--fg); }
@media (max-width: 40rem) { .swagger-ui .opblock .opblock-summary-description { display: none; } }
`;

/** Returns a script that adds the header of the other pages. Only development has these pages. */
export const createDocsScript = (basePath: string, development: boolean): string => {
  const home = development ? `${basePath}/` : `${basePath}/api/docs`;
  const links = development
    ? `<nav aria-label="Pages">${renderDevLinks(basePath, '/api/docs')}</nav>`
    : '';
  const header = `<header class="top"><a class="mark" href="${home}"><svg viewBox="0 0 32 32" aria-hidden="true">${MARK}</svg> Maria Chat</a>${links}</header>`;
  return `document.head.insertAdjacentHTML('beforeend', '<meta name="viewport" content="width=device-width, initial-scale=1">');
document.body.insertAdjacentHTML('afterbegin', ${JSON.stringify(header)});
document.querySelector('#swagger-ui').setAttribute('role', 'main');
`;
};
