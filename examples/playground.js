import {drawControls, THEMES} from './playground-controls.js';
import {SNIPPETS} from './playground-snippets.js';

const SHOWN_EVENTS = 60;
/** Pause after an input, so that the preview does not load again for each letter. */
const PAUSE_MS = 250;
/** Space around the device. */
const FREE_PX = 44;

const find = (selector) => document.querySelector(selector);
const [elements, manifest] = await Promise.all(
  ['custom-elements', 'manifest'].map(async (name) =>
    (await fetch(`../widget/${name}.json`)).json(),
  ),
);
const [description] = elements.modules[0].declarations;
const preview = find('#preview');
let shownSnippet = Object.keys(SNIPPETS)[0];
let timer = 0;

drawControls(description, {
  themes: find('#themes'),
  attributes: find('#attributes'),
  properties: find('#properties'),
});
drawTabs();
readAddress();
// A desktop would be too small to read on a phone.
if (matchMedia('(width < 700px)').matches) find('.devices [value=phone]').checked = true;
showDevice();
show();

/** Returns all choices, as they appear in the URLs of the frame and of this page. */
function chosen() {
  const all = [...new FormData(find('#controls'))];
  return all.filter(
    ([name, value]) => value.trim() !== '' && !(name === 'dressed' && value === 'none'),
  );
}

function show() {
  const query = new URLSearchParams(chosen());
  preview.src = `playground-frame.html?${query}`;
  history.replaceState(null, '', `?${query}`);
  writeSnippet();
}

/** Restores the choices of this page's URL. */
function readAddress() {
  for (const [name, value] of new URLSearchParams(location.search)) {
    for (const field of document.getElementsByName(name)) {
      if (field.type === 'radio') field.checked = field.value === value;
      else field.value = value;
    }
  }
}

/** Scales the device so that all of it is visible. */
function fit() {
  const {clientWidth, clientHeight} = find('.stage');
  const across = (clientWidth - FREE_PX) / preview.offsetWidth;
  const down = (clientHeight - FREE_PX) / preview.offsetHeight;
  preview.style.setProperty('--fit', Math.min(1, across, down));
}

function showDevice() {
  find('.stage').dataset.device = find('.devices :checked').value;
  fit();
}

function writeSnippet() {
  const picked = chosen();
  const text = SNIPPETS[shownSnippet]({
    origin: location.origin,
    // A proxy can serve the server below a path.
    server: new URL('..', import.meta.url).href.replace(/\/$/, ''),
    attributes: picked
      .filter(([name]) => name.startsWith('data-'))
      .map(([name, value]) => [name.slice(5), value]),
    properties: picked.filter(([name]) => name.startsWith('--')),
    theme: THEMES.find(({name}) =>
      picked.some(([key, value]) => key === 'dressed' && value === name),
    ),
    manifest,
  });
  find('#snippet code').textContent = text;
}

function drawTabs() {
  for (const name of Object.keys(SNIPPETS)) {
    const tab = document.createElement('button');
    Object.assign(tab, {type: 'button', textContent: name, role: 'tab'});
    tab.setAttribute('aria-controls', 'snippet');
    tab.addEventListener('click', () => choose(name));
    find('#tabs').append(tab);
  }
  choose(shownSnippet);
  find('#tabs').addEventListener('keydown', walkTabs);
}

function choose(name) {
  shownSnippet = name;
  for (const tab of find('#tabs').children) {
    const isChosen = tab.textContent === name;
    tab.setAttribute('aria-selected', isChosen);
    tab.tabIndex = isChosen ? 0 : -1;
  }
  writeSnippet();
}

function walkTabs(event) {
  const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
  if (!step) return;
  const tabs = [...find('#tabs').children];
  const next = tabs.at((tabs.indexOf(event.target) + step) % tabs.length);
  next.focus();
  choose(next.textContent);
}

find('#controls').addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(show, PAUSE_MS);
});
find('#controls').addEventListener('submit', (event) => event.preventDefault());
find('.devices').addEventListener('change', showDevice);
new ResizeObserver(fit).observe(find('.stage'));
find('#start-again').addEventListener('click', () => {
  find('#controls').reset();
  show();
});
find('#clear').addEventListener('click', () => {
  find('#events').replaceChildren();
  find('#no-events').hidden = false;
});
find('#copy').addEventListener('click', async ({target}) => {
  await navigator.clipboard.writeText(find('#snippet').textContent);
  target.textContent = 'Copied';
  setTimeout(() => (target.textContent = 'Copy'), 2_000);
});

window.addEventListener('message', ({source, origin, data}) => {
  if (source !== preview.contentWindow || origin !== location.origin) return;
  const row = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = new Date().toLocaleTimeString([], {hour12: false});
  const name = document.createElement('b');
  name.textContent = data.type;
  const fields = document.createElement('code');
  fields.textContent = Object.keys(data.fields).length > 0 ? JSON.stringify(data.fields) : '';
  row.append(time, name, fields);
  find('#events').prepend(row);
  while (find('#events').children.length > SHOWN_EVENTS) find('#events').lastElementChild.remove();
  find('#no-events').hidden = true;
});
