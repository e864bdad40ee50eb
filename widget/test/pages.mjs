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

/** Features that browsers of 2022 lack. */
const WITHOUT_POPOVERS = `<script>
for (const name of ['popover', 'showPopover', 'hidePopover', 'togglePopover']) delete HTMLElement.prototype[name];
</script>`;

/** Scripts of the page that change what all scripts share, as some have done for twenty years. */
const SCRIPTS = {
  prototypes: `
    const owners = [Array, Object, String, Function, Number, Date, Element, HTMLElement];
    for (const {prototype} of owners) prototype.addedByThePage = function () { return this; };
    Array.prototype.toJSON = function () { return '[' + [...this].join() + ']'; };
    Object.prototype.toJSON = function () { return 'page'; };
    Array.prototype.clear = function () { this.length = 0; return this; };
    Element.prototype.replace = Element.prototype.update = () => { throw new Error('the page'); };
  `,
  monitoring: `
    const {fetch, XMLHttpRequest, addEventListener} = window;
    window.seenCalls = [];
    window.fetch = async function (input, init) {
      const {url, method} = new Request(input, init);
      seenCalls.push(method + ' ' + new URL(url).pathname);
      const response = await fetch.call(window, new Request(input, init));
      response.clone().text().catch(() => undefined);
      return response;
    };
    window.XMLHttpRequest = class extends XMLHttpRequest {
      open(method, url) {
        seenCalls.push(method + ' ' + new URL(url, location.href).pathname);
        this.addEventListener('load', () => this.getAllResponseHeaders());
        return super.open(...arguments);
      }
    };
    EventTarget.prototype.addEventListener = function (type, listener, options) {
      if (typeof listener !== 'function') return addEventListener.call(this, type, listener, options);
      listener.wrapped ??= function (...values) { return listener.apply(this, values); };
      return addEventListener.call(this, type, listener.wrapped, options);
    };
  `,
};

const escape = (text) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;');

const dataOf = (attributes) =>
  Object.entries(attributes)
    .map(([name, value]) => ` data-${name}="${escape(value)}"`)
    .join('');

const scriptTag = ({src = '/maria-chat.js', ...attributes}, how = 'async') =>
  `<script src="${escape(src)}"${dataOf(attributes)} ${how}></script>`;

/** As a tag manager does it: by a script, long after the page, and without attributes. */
const injection = ({src = '/maria-chat.js', ...settings}) => `<script>
window.MariaChatSettings = ${JSON.stringify(settings)};
addEventListener('load', () => setTimeout(() => {
  const script = document.createElement('script');
  script.src = ${JSON.stringify(src)};
  document.head.prepend(script);
}, 50));
</script>`;

/** As a part of the page's own bundle: there is no tag of ours to be found. */
const importing = ({
  site,
}) => `<script>window.MariaChatSettings = ${JSON.stringify({site})};</script>
<script type="module">import '/maria-chat.js';</script>`;

/** As jQuery does it from another origin: the tag is inserted unrun, and a bare one runs its file. */
const insertion = ({src = '/maria-chat.js', ...attributes}) => `<script>
addEventListener('load', () => {
  const holder = document.createElement('div');
  holder.innerHTML = ${JSON.stringify(`<script src="${escape(src)}"${dataOf(attributes)}></script>`).replace(/<\//g, '<\\/')};
  document.body.append(...holder.childNodes);
  const running = document.createElement('script');
  running.src = ${JSON.stringify(src)};
  running.onload = () => running.remove();
  document.head.append(running);
});
</script>`;

const WAYS_IN = {injected: injection, imported: importing, inserted: insertion};

/** Calls made before the script is there, as the README has it. */
const queueing = (calls) => `<script>
window.MariaChat = function (...call) { (MariaChat.q = MariaChat.q || []).push(call); };
for (const call of ${calls}) MariaChat(...call);
</script>`;

/** Pages of somebody else's site, for tests that put the script tag into one. */
export const pageFor = (
  path,
  {how, twice, strict, blocked, old, script, queue, look = '', ...attributes},
) => {
  if (path !== '/pages/site.html') return null;
  const tag = (WAYS_IN[how] ?? scriptTag)(attributes, how);
  const isInHead = how === '';
  const before = `${blocked ? BLOCKING : ''}${old ? WITHOUT_POPOVERS : ''}${script ? `<script>{${SCRIPTS[script]}}</script>` : ''}${queue ? queueing(queue) : ''}`;
  return {
    headers: {'Content-Security-Policy': strict ? STRICT_POLICY : ''},
    html: `<!doctype html><html lang="en"><title>Site</title>${isInHead ? before + tag : ''}<style>${look}</style><body><h1>A page</h1><div id="place"></div>${isInHead ? '' : before + tag}${twice ? tag : ''}</body></html>`,
  };
};
