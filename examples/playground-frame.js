// The query of this page's URL has the choices of the playground. The script tag reads attributes from
// `MariaChatSettings` as it reads its own.
const chosen = [...new URLSearchParams(location.search)];
const startsWith = (sign) => chosen.filter(([name]) => name.startsWith(sign));

for (const [, site] of startsWith('new-visitor')) forgetVisitor(site);

window.MariaChatSettings = {
  // Each choice reloads this page, and an open chat is open again.
  open: 'remember',
  ...Object.fromEntries(
    startsWith('data-').map(([name, value]) => [camelCase(name.slice(5)), value]),
  ),
};
for (const [name, value] of startsWith('--')) {
  document.documentElement.style.setProperty(name, value);
}
for (const [, theme] of startsWith('dressed')) dress(theme);
document.documentElement.dataset.scheme = window.MariaChatSettings.theme ?? 'auto';

const EVENTS =
  'ready before-open open close step consent file-accept file-uploaded file-deleted submitted ' +
  'complete reset message unread offline error';
for (const name of EVENTS.split(' ')) document.addEventListener(`maria-${name}`, report);

function camelCase(name) {
  return name.replace(/-(\w)/g, (_dash, letter) => letter.toUpperCase());
}

/** The preview of a question begins with it each time, whatever was answered before. */
function forgetVisitor(site) {
  for (const store of [localStorage, sessionStorage])
    for (const name of Object.keys(store))
      if (name.startsWith(`maria-chat:${site}:`)) store.removeItem(name);
}

function dress(theme) {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = `themes/${theme}.css`;
  document.head.append(link);
}

/** Reports the fields of the event's own class. The fields of `Event` are on its prototype. */
function report(event) {
  const fields = Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'isTrusted'));
  window.parent.postMessage({type: event.type, fields}, location.origin);
}
