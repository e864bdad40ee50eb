const EVENTS =
  'ready before-open open close step consent file-accept file-uploaded file-deleted submitted ' +
  'complete reset message unread offline error';
const SHOWN_EVENTS = 12;
/** Choices that are the default of their attribute. */
const DEFAULTS = {lang: 'auto', theme: 'auto', position: 'end', accent: '#5646df'};

const list = document.querySelector('#event-list');
const switches = document.querySelector('#switches');
const snippet = document.querySelector('#snippet');

// A click can come before the chat's script has loaded. The script then runs the stored calls.
window.MariaChat ??= function (...call) {
  (window.MariaChat.q ??= []).push(call);
};

for (const name of EVENTS.split(' ')) document.addEventListener(`maria-${name}`, show);

/** Shows the fields of the event's own class. The fields of `Event` are on its prototype. */
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

function writeSnippet() {
  const chosen = [...new FormData(switches)].filter(([name, value]) => DEFAULTS[name] !== value);
  const attributes = chosen.map(([name, value]) => ` data-${name}="${value}"`);
  const {src} = document.querySelector('script[src$="/maria-chat.js"]');
  snippet.textContent = `<script src="${src}" data-site="demo"${attributes.join('')} async></script>`;
}

switches.addEventListener('input', ({target}) => {
  window.MariaChat.element?.setAttribute(target.name, target.value);
  writeSnippet();
});
switches.addEventListener('submit', (event) => event.preventDefault());

for (const opener of document.querySelectorAll('[data-open-chat]')) {
  opener.addEventListener('click', async () => {
    // If the chat cannot be loaded, its button shows the reason.
    await window.MariaChat('open')?.catch(() => undefined);
  });
}

document.querySelector('[data-copy-snippet]').addEventListener('click', async ({target}) => {
  await navigator.clipboard.writeText(snippet.textContent);
  target.textContent = 'Copied';
  setTimeout(() => (target.textContent = 'Copy'), 2_000);
});

writeSnippet();
