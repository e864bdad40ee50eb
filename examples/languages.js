// The page shows the language files that visitors get.
const {files} = await (await fetch('../widget/manifest.json')).json();
const isLanguage = ({role}) => role === 'language' || role === 'dialog-language';
const parts = await Promise.all(files.filter(isLanguage).map(load));
// The names of the dialogs' files have the whole tag, the others the base language only.
const dialogs = parts.filter(({role}) => role === 'dialog-language');
const tags = dialogs
  .map(({tag}) => tag)
  .sort((one, other) => (other === 'en') - (one === 'en') || one.localeCompare(other));
// The texts of the conversation, and those of the menu and its dialogs.
const languages = tags.map((tag) => ({
  tag,
  texts: Object.assign({}, ...parts.filter((part) => isFor(part, tag)).map(({texts}) => texts)),
}));
const [english] = languages;
const keys = [...new Set(languages.flatMap(({texts}) => Object.keys(texts)))];

document.querySelector('thead').append(headings());
document.querySelector('tbody').append(...keys.map(row));
document.querySelector('#search').addEventListener('input', find);
find();

function isFor(part, tag) {
  return part.tag === tag || part.tag === tag.split('-')[0];
}

async function load({name, role}) {
  const tag = name
    .replace(/-[\w-]{8}\.js$/, '')
    .replace('dialogs-', '')
    .replace(/-\w+$/, (region) => region.toUpperCase());
  const {default: texts} = await import(`../widget/${name}`);
  return {role, tag, texts};
}

function headings() {
  const line = document.createElement('tr');
  line.append(cell('th', {textContent: 'key', scope: 'col'}));
  for (const {tag} of languages) {
    const own = new Intl.DisplayNames([tag], {type: 'language'}).of(tag);
    line.append(cell('th', {textContent: own, scope: 'col', lang: tag}));
  }
  return line;
}

function row(key) {
  const line = document.createElement('tr');
  line.append(cell('th', {textContent: key, scope: 'row'}));
  for (const {tag, texts} of languages) line.append(textCell(tag, texts, key));
  return line;
}

function textCell(tag, texts, key) {
  const text = texts[key];
  const place = cell('td', {lang: tag, dir: texts.dir});
  place.classList.toggle('missing', !text);
  if (!text) place.textContent = 'missing';
  // Placeholders, which every language needs.
  else place.append(...text.split(/(\{\w+\})/).map(part));
  if (text && places(text) !== places(english.texts[key] ?? '')) place.classList.add('missing');
  return place;
}

function part(text) {
  return /^\{\w+\}$/.test(text) ? cell('code', {textContent: text}) : text;
}

function places(text) {
  return [...text.matchAll(/\{\w+\}/g)].map(String).sort().join();
}

function cell(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

function find() {
  const wanted = document.querySelector('#search').value.trim().toLowerCase();
  const lines = [...document.querySelectorAll('tbody tr')];
  for (const line of lines) line.hidden = !line.textContent.toLowerCase().includes(wanted);
  const shown = lines.filter(({hidden}) => !hidden).length;
  const errors = document.querySelectorAll('.missing').length;
  const verdict = errors === 0 ? 'none missing' : `${errors} missing or with other placeholders`;
  document.querySelector('#count').textContent =
    `${shown} of ${keys.length} texts, ${languages.length} languages, ${verdict}`;
}
