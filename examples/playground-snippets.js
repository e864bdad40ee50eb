/** Name of the tab with the settings of the site. */
export const CONVERSATION = 'Conversation';

/** Code for the site owner, by the name of the tab. */
export const SNIPPETS = {
  'Script tag': (look) =>
    together(themeLink(look), scriptTag(look, `${look.server}/maria-chat.js`), styles(look)),
  Pinned: pinned,
  Element: (look) => together(themeLink(look), element(look), styles(look)),
  Headers: headers,
  // `maria site set --settings FILE` accepts it.
  [CONVERSATION]: ({conversation}) => JSON.stringify({conversation}, null, 2),
};

const together = (...parts) => parts.filter(Boolean).join('\n\n');
const escape = (value) => value.replace(/&/g, '&amp;').replace(/"/g, '&quot;');
const written = (attributes, prefix) =>
  attributes.map(([name, value]) => ` ${prefix}${name}="${escape(value)}"`).join('');

function scriptTag({attributes}, src, more = '') {
  return `<script src="${src}"${more}${written(attributes, 'data-')} async></script>`;
}

/** Returns a tag that loads one version, and only if the file has the digest of the build. */
function pinned(look) {
  const {version, files} = look.manifest;
  const {integrity} = files.find(({role}) => role === 'loader');
  const more = `\n  integrity="${integrity}"\n  crossorigin="anonymous"\n `;
  return together(
    themeLink(look),
    scriptTag(look, `${look.server}/${version}/maria-chat.js`, more),
    styles(look),
  );
}

function element({server, attributes}) {
  const others = attributes.filter(([name]) => name !== 'api' && name !== 'load');
  return [
    `<script type="module" src="${server}/widget/maria-chat.esm.js"></script>`,
    `<maria-chat api="${server}"${written(others, '')}></maria-chat>`,
  ].join('\n');
}

function themeLink({server, theme}) {
  if (!theme || theme.name === 'none') return '';
  return `<!-- Copy it to your own server: ${server}/examples/themes/${theme.name}.css -->\n<link rel="stylesheet" href="/${theme.name}.css" />`;
}

function styles({properties}) {
  if (properties.length === 0) return '';
  const lines = properties.map(([name, value]) => `    ${name}: ${value};`);
  return `<style>\n  maria-chat {\n${lines.join('\n')}\n  }\n</style>`;
}

/** Returns the sources that a strict policy has to allow. */
function headers({origin, attributes}) {
  const avatar = attributes.find(([name]) => name === 'avatar')?.[1];
  const pictures = avatar ? `; img-src ${new URL(avatar, origin).origin}` : '';
  return `# Add these to the policy of your page.
Content-Security-Policy: script-src ${origin}; connect-src ${origin}${pictures}

# Or, if your scripts have a nonce, add nonce="…" to the tag too:
Content-Security-Policy: script-src 'nonce-…' 'strict-dynamic'; connect-src ${origin}${pictures}

# With Trusted Types, allow the policy of Lit:
Content-Security-Policy: require-trusted-types-for 'script'; trusted-types lit-html

# Run this on the chat's server, so that it accepts requests from your page:
maria site add acme --name "Your name" --origin https://www.example.com --notify you@example.com`;
}
