import {drawControls, THEMES} from './playground-controls.js';
import {find} from './playground-dom.js';
import {openEditor} from './playground-questions.js';
import {CONVERSATION, SNIPPETS} from './playground-snippets.js';
import {drawTabs} from './playground-tabs.js';

const SHOWN_EVENTS = 60;
/** Pause after an input, so that the preview does not load again for each letter. */
const PAUSE_MS = 400;
/** Space around the device. */
const FREE_PX = 44;

/** Tabs of the settings, with the ids of their panels. */
const SIDES = {Design: 'design', Questions: 'questions'};
/** Name of the questions in the fragment of this page's URL. */
const FRAGMENT = 'questions';

const [editor, elements, manifest] = await Promise.all([
  openEditor(showSoon),
  ...['custom-elements', 'manifest'].map(async (name) =>
    (await fetch(`../widget/${name}.json`)).json(),
  ),
]);
const [description] = elements.modules[0].declarations;
const preview = find('#preview');
let shownSnippet = Object.keys(SNIPPETS)[0];
let timer = 0;

drawControls(description, {
  themes: find('#themes'),
  attributes: find('#attributes'),
  properties: find('#properties'),
});
const chooseSnippet = drawTabs(
  find('#tabs'),
  Object.fromEntries(Object.keys(SNIPPETS).map((name) => [name, 'snippet'])),
  (name) => {
    shownSnippet = name;
    writeSnippet();
  },
);
const chooseSide = drawTabs(find('#sides'), SIDES, showSide);
readAddress();
chooseSide(location.hash.startsWith(`#${FRAGMENT}`) ? 'Questions' : 'Design');
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

function showSoon() {
  writeSnippet();
  clearTimeout(timer);
  timer = setTimeout(show, PAUSE_MS);
}

async function show() {
  writeAddress();
  writeSnippet();
  const isSaved = await editor.save();
  allowCopy();
  if (!isSaved) return;
  preview.src = `playground-frame.html?${new URLSearchParams([...chosen(), ...previewChoices()])}`;
}

/** Returns the choices for the preview of questions, which has a site of its own. */
function previewChoices() {
  if (!editor.hasQuestions) return [];
  const isNew = find('#starts [value=question]').checked;
  return [
    ['data-site', 'playground'],
    ...(find('[name=data-open]').value ? [] : [['data-open', 'true']]),
    ...(isNew ? [['new-visitor', 'playground']] : []),
  ];
}

/** Writes the choices into this page's URL, and reads them when the page is loaded. */
function writeAddress() {
  const isAsking = !find('#questions').hidden || editor.hasQuestions;
  const questions = editor.hasQuestions ? `=${editor.text}` : '';
  const fragment = isAsking ? `#${FRAGMENT}${questions}` : '';
  history.replaceState(null, '', `?${new URLSearchParams(chosen())}${fragment}`);
}

function readAddress() {
  for (const [name, value] of new URLSearchParams(location.search)) {
    for (const field of document.getElementsByName(name)) {
      if (field.type === 'radio') field.checked = field.value === value;
      else field.value = value;
    }
  }
  const [, questions] = location.hash.split(`#${FRAGMENT}=`);
  if (questions) editor.read(questions);
}

function showSide(name) {
  for (const [side, panel] of Object.entries(SIDES)) find(`#${panel}`).hidden = side !== name;
  if (name === 'Questions') chooseSnippet(CONVERSATION);
  else if (shownSnippet === CONVERSATION) chooseSnippet(Object.keys(SNIPPETS)[0]);
  writeAddress();
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
    conversation: editor.conversation,
  });
  find('#snippet code').textContent = text;
  allowCopy();
}

/** A conversation that the server does not accept is not copied. */
function allowCopy() {
  find('#copy').disabled = shownSnippet === CONVERSATION && editor.hasProblems;
}

find('#controls').addEventListener('input', showSoon);
find('#controls').addEventListener('submit', (event) => event.preventDefault());
find('.devices').addEventListener('change', showDevice);
new ResizeObserver(fit).observe(find('.stage'));
find('#start-again').addEventListener('click', () => {
  find('#controls').reset();
  editor.reset();
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
