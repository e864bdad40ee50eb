export const THEMES = [
  {name: 'none', label: 'Default', colours: ['#5646df', '#f3f3f8', '#1a1b23']},
  {name: 'paper', label: 'Paper', colours: ['#8a3324', '#f4ecdc', '#2b2118']},
  {name: 'nocturne', label: 'Nocturne', colours: ['#0f766e', '#16213a', '#5eead4']},
  {name: 'meadow', label: 'Meadow', colours: ['#ffc83d', '#e9f5e4', '#15291d']},
];

/** Attributes in the order in which a site owner chooses them. The last group has all others. */
const GROUPS = {
  Look: ['theme', 'accent', 'radius', 'heading', 'avatar', 'greeting'],
  Place: ['mode', 'target', 'position', 'offset-x', 'offset-y', 'z-index'],
  Launcher: ['launcher', 'launcher-label', 'launcher-selector'],
  Behaviour: ['lang', 'open', 'load', 'max-files', 'max-file-size', 'privacy-url', 'debug'],
};
const STARTS = {site: 'demo'};
const EXAMPLES = {
  accent: '#5646df',
  radius: '20',
  'offset-x': '20',
  'offset-y': '20',
  'z-index': '2147483000',
  'launcher-label': 'Send documents',
  'launcher-selector': '#ask',
  target: '#place',
  heading: 'Maria',
  greeting: 'Welcome! How can we help?',
  avatar: new URL('icon.svg', import.meta.url).pathname,
  'privacy-url': 'https://example.com/privacy',
  'max-files': '3',
  'max-file-size': '5242880',
  locale: 'de',
  '--maria-font': 'Georgia, serif',
  '--maria-width': '400px',
  '--maria-height': '660px',
  '--maria-launcher-size': '60px',
};
const COLOUR = /^(accent|--maria-(accent|on-accent|bg|surface|fg|muted|border|danger|success))$/;

/** Adds a control for each option in the element's description, so that none is missing. */
export function drawControls({attributes, cssProperties}, places) {
  THEMES.forEach((theme) => places.themes.append(themeOption(theme)));
  const grouped = Object.values(GROUPS).flat();
  const others = attributes.map(({name}) => name).filter((name) => !grouped.includes(name));
  for (const [title, names] of Object.entries({...GROUPS, 'Server and other options': others})) {
    const fields = names.flatMap((name) => attributes.filter((one) => one.name === name));
    const drawn = fields.map((one) => control(`data-${one.name}`, one));
    places.attributes.append(group(title, drawn, title === 'Look'));
  }
  const drawn = cssProperties.map((one) => control(one.name, one));
  places.properties.append(group('Custom properties', drawn, false));
}

function group(title, fields, isOpen) {
  const details = element('details', {open: isOpen});
  details.append(element('summary', {textContent: title}), ...fields);
  return details;
}

function themeOption({name, label, colours}) {
  const row = element('label', {className: 'swatch'});
  const radio = element('input', {type: 'radio', name: 'dressed', value: name});
  radio.defaultChecked = name === 'none';
  const dots = element('span', {className: 'dots', ariaHidden: 'true'});
  // An image, because the policy of this page forbids `style` attributes.
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 64 28');
  colours.forEach((colour, at) => {
    const dot = document.createElementNS(svg.namespaceURI, 'circle');
    const place = {cx: 14 + at * 17, cy: 14, r: 12, fill: colour};
    for (const [key, value] of Object.entries(place)) dot.setAttribute(key, value);
    svg.append(dot);
  });
  dots.append(svg);
  row.append(radio, dots, element('span', {textContent: label}));
  return row;
}

function control(name, {name: shown, type, description = ''}) {
  const row = element('div', {className: 'control'});
  const label = element('label', {htmlFor: name, textContent: shown});
  const hint = element('p', {
    id: `${name}-hint`,
    className: 'hint',
    textContent: plain(description),
  });
  const options = [...(type?.text ?? '').matchAll(/'([^']+)'/g)].map(([, option]) => option);
  const field = options.length > 0 ? choice(name, options) : text(name, shown);
  if (description) field.setAttribute('aria-describedby', hint.id);
  row.append(label, COLOUR.test(shown) ? withPicker(field, shown) : field);
  if (description) row.append(hint);
  return row;
}

function choice(name, options) {
  const select = element('select', {id: name, name});
  select.append(element('option', {value: '', textContent: 'default'}));
  for (const option of options)
    select.append(element('option', {value: option, textContent: option}));
  return select;
}

function text(name, shown) {
  const field = element('input', {
    id: name,
    name,
    type: 'text',
    autocomplete: 'off',
    spellcheck: false,
  });
  field.defaultValue = STARTS[shown] ?? '';
  field.placeholder = EXAMPLES[shown] ?? '';
  return field;
}

/** Adds a colour picker to a field, because the field accepts every CSS colour. */
function withPicker(field, shown) {
  const pair = element('div', {className: 'pair'});
  const picker = element('input', {type: 'color', ariaLabel: `Pick ${shown}`});
  picker.defaultValue = '#5646df';
  picker.addEventListener('input', () => (field.value = picker.value));
  field.addEventListener('input', () => {
    if (/^#[\da-f]{6}$/i.test(field.value)) picker.value = field.value;
  });
  pair.append(picker, field);
  return pair;
}

function plain(description) {
  return description.replace(/`/g, '').replace(/^./, (letter) => letter.toUpperCase());
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}
