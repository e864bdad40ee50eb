import {once} from 'node:events';
import {createServer} from 'node:http';

import {passOn} from '../bench/pass-on.mjs';

const WORDS = {
  en: ['Acme Recruiting', 'Send us your documents', 'We read every application within two days.'],
  de: [
    'Acme Personal',
    'Senden Sie uns Ihre Unterlagen',
    'Wir lesen jede Bewerbung in zwei Tagen.',
  ],
  ar: ['أكمي للتوظيف', 'أرسلوا إلينا مستنداتكم', 'نقرأ كل طلب خلال يومين.'],
};

const STYLE = `
:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.6 system-ui, sans-serif; background: light-dark(#fff, #14161c); color: light-dark(#1d2026, #e6e8ee); }
header { padding: 18px 28px; border-bottom: 1px solid light-dark(#e3e5ea, #2b2e37); font-weight: 600; }
main { padding: 28px; max-width: 460px; }
h1 { font-size: 30px; line-height: 1.2; }
hr { border: 0; height: 9px; margin: 14px 0; border-radius: 9px; background: light-dark(#eceef2, #23262f); }
#place:not(:empty) { inline-size: 420px; max-inline-size: 100%; }
`;

/**
 * Serves a page with the script tag. Its query has the language and the attributes. The backend gets
 * another IP address for each visitor, because it limits the e-mails of each address.
 */
export async function serveHostPages(product, address, html = createPage) {
  const server = createServer((request, response) => {
    const {pathname, searchParams} = new URL(request.url, 'http://localhost');
    if (pathname !== '/') return passOn(request, response, product, {'x-forwarded-for': address});
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(html(Object.fromEntries(searchParams)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return {url: `http://localhost:${server.address().port}/`, stop};
}

function createPage({pageLang = 'en', ...attributes}) {
  const [name, title, words] = WORDS[pageLang];
  const data = Object.entries(attributes).map(([key, value]) => ` data-${key}="${value}"`);
  const dir = pageLang === 'ar' ? 'rtl' : 'ltr';
  return `<!doctype html><html lang="${pageLang}" dir="${dir}"><title>${name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style>${STYLE}</style><header>${name}</header><main><h1>${title}</h1><p>${words}</p>
<div id="place"></div>${'<hr>'.repeat(6)}</main>
<script src="/maria-chat.js"${data.join('')} async></script></html>`;
}
