import helmet from '@fastify/helmet';
import type {FastifyReply} from 'fastify';

import type {Config} from '../config/config.js';
import type {App} from './app-type.js';
import {getBasePath} from './base-path.js';
import {CSP_HEADER, buildCsp} from './csp.js';
import type {CspDirectives} from './csp.js';
import {escapeHtml} from './html.js';
import {ICON} from './icon.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Path below which a proxy serves this server. */
    basePath: string;
  }
}

export interface Page {
  language: string;
  direction: 'ltr' | 'rtl';
  title: string;
  body: string;
  /** Text at the bottom, for the person who is asked for help. */
  note?: string;
  /** Label of a button that posts to the URL of the page. */
  button?: string;
  /** Name of the site, shown above the title. */
  site?: string;
  /** Link to the next page, if there is one. */
  link?: {href: string; label: string};
}

const STYLE_PATH = '/assets/page.css';
const ICON_PATH = '/assets/icon.svg';

const STYLE = `
:root { color-scheme: light dark; --ink: #191a23; --soft: #5a5d70; --card: #fff; --ground: #f3f3f9; --line: #e4e5ee; --accent: #5646df; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ececf4; --soft: #a9acbf; --card: #1c1e27; --ground: #12131a; --line: #2f3240; --accent: #a99ffb; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; place-items: center; padding: 24px;
  background: var(--ground); color: var(--ink); font: 17px/1.6 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { width: 100%; max-width: 480px; background: var(--card); border: 1px solid var(--line); border-radius: 20px; padding: 40px 32px;
  box-shadow: 0 18px 50px rgb(15 23 42 / 10%); text-align: center; }
.mark { width: 56px; height: 56px; margin: 0 auto 12px; border-radius: 18px; display: grid; place-items: center;
  background: linear-gradient(135deg, #5646df, #a436c8); color: #fff; font-size: 26px; font-weight: 700; }
h1 { margin: 0 0 12px; font-size: 24px; line-height: 1.3; text-wrap: balance; overflow-wrap: anywhere; }
p { margin: 0; color: var(--soft); overflow-wrap: anywhere; }
main .site { margin-bottom: 20px; color: var(--ink); font-weight: 650; }
.note { margin-top: 16px; font-size: 14px; }
button { margin-top: 28px; width: 100%; min-height: 52px; border: 0; border-radius: 14px; cursor: pointer;
  background: var(--accent); color: var(--card); font: inherit; font-weight: 600; }
a { display: inline-block; margin-top: 24px; padding: 8px; color: var(--accent); font-weight: 600; text-underline-offset: 0.25em; }
a:focus-visible, button:focus-visible { outline: 3px solid var(--ink); outline-offset: 3px; }
`;

const POLICY: CspDirectives = {
  'default-src': "'none'",
  'style-src': "'self'",
  'img-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
};

/** Separator between directives that helmet writes. */
const HELMET_SEPARATOR = ';';

/** Headers of a page that is sent before any hook could set them. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'x-frame-options': 'DENY',
  [CSP_HEADER]: buildCsp(POLICY, HELMET_SEPARATOR),
};

/** Registers the files and the policy of HTML pages: no scripts, one stylesheet, no frames. */
export const registerPages = async (
  app: App,
  {publicUrl}: Pick<Config, 'publicUrl'>,
): Promise<void> => {
  app.decorate('basePath', getBasePath(publicUrl));
  await app.register(helmet, {
    global: false,
    contentSecurityPolicy: {useDefaults: false, directives: POLICY},
    referrerPolicy: {policy: 'no-referrer'},
    xFrameOptions: {action: 'deny'},
    strictTransportSecurity: false,
  });
  const files = [
    [STYLE_PATH, 'text/css; charset=utf-8', STYLE],
    [ICON_PATH, 'image/svg+xml', ICON],
  ] as const;
  for (const [path, type, text] of files) {
    app.get(path, {schema: {hide: true}}, (_request, reply) =>
      reply.header('cache-control', 'public, max-age=3600').type(type).send(text),
    );
  }
};

export const sendPage = (reply: FastifyReply, status: number, page: Page) => {
  void reply.helmet();
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .header('x-robots-tag', 'noindex')
    .type('text/html; charset=utf-8')
    .send(renderPage(page, reply.server.basePath));
};

export const renderPage = (
  {language, direction, title, body, note, button, site, link}: Page,
  basePath: string,
): string => {
  const form = button
    ? `<form method="post"><button type="submit">${escapeHtml(button)}</button></form>`
    : '';
  const noteHtml = note ? `<p class="note">${escapeHtml(note)}</p>` : '';
  const [initial = 'M'] = site?.trim() ?? 'M';
  const siteHtml = site ? `<p class="site"><bdi>${escapeHtml(site)}</bdi></p>\n` : '';
  const linkHtml = link ? `<a href="${escapeHtml(link.href)}">${escapeHtml(link.label)}</a>` : '';
  return `<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(site ? `${title} – ${site}` : title)}</title>
<link rel="icon" href="${basePath}${ICON_PATH}" type="image/svg+xml">
<link rel="stylesheet" href="${basePath}${STYLE_PATH}">
</head>
<body>
<main>
<div class="mark" aria-hidden="true">${escapeHtml(initial.toUpperCase())}</div>
${siteHtml}<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(body)}</p>
${noteHtml}${form}${linkHtml}
</main>
</body>
</html>
`;
};
