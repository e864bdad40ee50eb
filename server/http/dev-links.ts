/** Pages of a development server, in the order of their links. */
export const DEV_LINKS = [
  {path: '/', label: 'Demo page'},
  {path: '/examples/playground.html', label: 'Playground'},
  {path: '/examples/', label: 'Examples'},
  {path: '/examples/languages.html', label: 'Languages'},
  {path: '/dev/mail', label: 'E-mails'},
  {path: '/api/docs', label: 'API'},
] as const;

/** Returns the links of a page's header. The link to the page itself is marked. */
export const renderDevLinks = (basePath: string, current: string): string =>
  DEV_LINKS.map(({path, label}) => {
    const mark = path === current ? ' aria-current="page"' : '';
    return `<a href="${basePath}${path}"${mark}>${label}</a>`;
  }).join('');
