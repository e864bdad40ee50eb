const EVENTS = [
  'maria-ready',
  'maria-before-open',
  'maria-open',
  'maria-close',
  'maria-step',
  'maria-consent',
  'maria-file-accept',
  'maria-file-uploaded',
  'maria-file-deleted',
  'maria-submitted',
  'maria-complete',
  'maria-reset',
  'maria-unread',
  'maria-offline',
  'maria-error',
];
const SHOWN_EVENTS = 12;

const list = document.querySelector('#event-list');
const switches = document.querySelector('#switches');
const snippet = document.querySelector('#snippet');

for (const type of EVENTS) document.addEventListener(type, show);

/** The fields that the event's own class adds; those of `Event` live on its prototype. */
function show(event) {
  const row = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = new Date().toLocaleTimeString();
  const code = document.createElement('code');
  const fields = Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'isTrusted'));
  code.textContent = JSON.stringify({type: event.type, ...fields});
  row.append(time, code);
  list.prepend(row);
  while (list.children.length > SHOWN_EVENTS) list.lastElementChild.remove();
  document.querySelector('#no-events').hidden = true;
}

const chosen = () =>
  [...new FormData(switches)].filter(
    ([name, value]) => !['auto', 'end', '#5646df'].includes(value) || name === 'site',
  );

function writeSnippet() {
  const attributes = chosen().map(([name, value]) => ` data-${name}="${value}"`);
  const {src} = document.querySelector('script[src$="/maria-chat.js"]');
  snippet.textContent = `<script src="${src}" data-site="demo"${attributes.join('')} async></script>`;
}

switches.addEventListener('input', ({target}) => {
  window.MariaChat?.element.setAttribute(target.name, target.value);
  if (target.name === 'accent') {
    window.MariaChat?.element.style.setProperty('--maria-accent', target.value);
  }
  writeSnippet();
});
switches.addEventListener('submit', (event) => event.preventDefault());

document.querySelector('[data-open-chat]').addEventListener('click', () => {
  window.MariaChat?.open().catch(() => undefined);
});

document.querySelector('[data-copy-snippet]').addEventListener('click', async ({target}) => {
  await navigator.clipboard.writeText(snippet.textContent);
  target.textContent = 'Copied';
  setTimeout(() => (target.textContent = 'Copy'), 2_000);
});

writeSnippet();
