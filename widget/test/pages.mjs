const STRICT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** What a browser does that refuses storage: the very access throws. */
const BLOCKING = `<script>
Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }});
</script>`;

const escape = (text) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;');

const scriptTag = ({src = '/maria-chat.js', ...attributes}) => {
  const data = Object.entries(attributes).map(
    ([name, value]) => ` data-${name}="${escape(value)}"`,
  );
  return `<script src="${escape(src)}"${data.join('')} async></script>`;
};

/** Pages of somebody else's site, for tests that put the script tag into one. */
export const pageFor = (path, {twice, strict, blocked, ...attributes}) => {
  if (path !== '/pages/site.html') return null;
  const tag = scriptTag(attributes);
  return {
    headers: {'Content-Security-Policy': strict ? STRICT_POLICY : ''},
    html: `<!doctype html><html lang="en"><title>Site</title><body><h1>A page</h1><div id="place"></div>${blocked ? BLOCKING : ''}${tag}${twice ? tag : ''}</body></html>`,
  };
};
