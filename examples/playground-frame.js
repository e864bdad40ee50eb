// What the playground has chosen stands in this page's address. The script tag reads attributes from
// `MariaChatSettings` as it would from its own.
const chosen = [...new URLSearchParams(location.search)];
const startsWith = (sign) => chosen.filter(([name]) => name.startsWith(sign));

window.MariaChatSettings = Object.fromEntries(
  startsWith('data-').map(([name, value]) => [camelCase(name.slice(5)), value]),
);
for (const [name, value] of startsWith('--')) {
  document.documentElement.style.setProperty(name, value);
}
for (const [, theme] of startsWith('dressed')) dress(theme);
document.documentElement.dataset.scheme = window.MariaChatSettings.theme ?? 'auto';

const EVENTS =
  'ready before-open open close step consent file-accept file-uploaded file-deleted submitted ' +
  'complete reset message unread offline error';
for (const name of EVENTS.split(' ')) document.addEventListener(`maria-${name}`, tell);

function camelCase(name) {
  return name.replace(/-(\w)/g, (_dash, letter) => letter.toUpperCase());
}

function dress(theme) {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = `themes/${theme}.css`;
  document.head.append(link);
}

/** The fields that the event's own class adds; those of `Event` live on its prototype. */
function tell(event) {
  const fields = Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'isTrusted'));
  window.parent.postMessage({type: event.type, fields}, location.origin);
}
