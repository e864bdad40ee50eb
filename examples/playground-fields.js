import {element, newId} from './playground-dom.js';
import {PROPERTIES} from './playground-kinds.js';

/**
 * Draws the control of a property. Its row has `data-path`, the place of the property in the
 * question, so that the server's reports find it.
 */
export function drawField(question, key, {tokens, onChange}) {
  const property = {name: key, ...PROPERTIES[key]};
  const {name, label, hint, isCode, isHalf, needs, type} = property;
  const control = CONTROLS[type](property, question[name], tokens);
  if (isCode) control.classList.add('code');
  control.addEventListener('input', () => {
    setValue(question, name, readValue(control, property));
    onChange(name);
  });
  const row = drawRow(control, {label, hint, path: name});
  row.classList.add(type);
  row.classList.toggle('half', isHalf === true);
  if (needs) row.dataset.needs = needs;
  return row;
}

/** Draws a control with its label, a hint and the place for a problem. */
function drawRow(control, {label, hint, path}) {
  control.id = newId();
  const row = element('div', {className: 'row'});
  row.dataset.path = path;
  const words = element('label', {htmlFor: control.id}, label);
  row.append(...(control.type === 'checkbox' ? [control, words] : [words, control]));
  const hintLine = element('p', {id: newId(), className: 'hint'}, hint ?? '');
  if (hint) row.append(hintLine);
  row.append(drawProblem(control, hint ? hintLine.id : ''));
  return row;
}

/** Draws the place for a problem, which describes its control. */
export function drawProblem(control, hintId = '') {
  const problem = element('p', {id: newId(), className: 'problem'});
  control.setAttribute('aria-describedby', `${hintId} ${problem.id}`.trim());
  return problem;
}

export const drawLine = (value, placeholder = '') =>
  element('input', {type: 'text', value, placeholder, autocomplete: 'off', spellcheck: false});

const CONTROLS = {
  line: ({placeholder}, value = '') => drawLine(value, placeholder),
  area: ({placeholder = ''}, value = '') => element('textarea', {rows: 2, value, placeholder}),
  number: (_property, value = '') => element('input', {type: 'number', step: 'any', value}),
  check: ({off}, value) =>
    element('input', {
      type: 'checkbox',
      checked: off === undefined ? value === true : value !== off,
    }),
  tokens(_property, value = '', tokens) {
    const options = ['', ...tokens].map((token) =>
      element('option', {value: token}, token || 'none'),
    );
    const select = element('select', {}, ...options);
    select.value = value;
    return select;
  },
};

function readValue(control, {on, off, isKept}) {
  if (control.type === 'checkbox') return control.checked ? on : off;
  if (control.value === '' && !isKept) return undefined;
  return control.type === 'number' ? Number(control.value) : control.value;
}

/** A property without a value is left out. */
function setValue(question, name, value) {
  if (value === undefined) delete question[name];
  else question[name] = value;
}
