import {element, newId, signButton} from './playground-dom.js';
import {drawField} from './playground-fields.js';
import {KINDS} from './playground-kinds.js';
import {OptionList} from './playground-options.js';

const FIXED = {
  say: () => 'Greeting',
  ask: ({field}) => (field === 'name' ? 'Name' : 'E-mail address'),
  consent: () => 'Consent to AI training',
  upload: () => 'Files',
  verify_email: () => 'Confirmation of the e-mail address',
};

/** Draws a step that is no question. Only the words of the consent to storing can be edited. */
export function drawFixed(step, onChange) {
  const hasWords = step.purpose === 'personal_data';
  const content = hasWords ? drawField(step, 'consent', {onChange}) : FIXED[step.type](step);
  return element('li', {className: hasWords ? 'fixed consent' : 'fixed'}, content);
}

/** A question in the list: its line, buttons that move and remove it, and its properties. */
export class QuestionCard {
  #question;
  #title = element('span', {className: 'title', id: newId()});
  #count = element('span', {className: 'count'});
  #up = signButton('↑', 'Up', this.#title.id);
  #down = signButton('↓', 'Down', this.#title.id);
  #body = element('div', {className: 'body', id: newId(), hidden: true});
  toggle = element('button', {type: 'button', className: 'toggle'});
  item = element('li', {className: 'question'});

  /** `automatic` has the options whose value follows the label. `onMove` gets 1 or -1. */
  constructor(question, {automatic, tokens, onChange, onMove, onOpen, onRemove}) {
    this.#question = question;
    const {label, properties} = KINDS[question.kind];
    const remove = signButton('×', 'Remove', this.#title.id);
    this.toggle.append(this.#title, element('span', {className: 'kind'}, label), this.#count);
    this.toggle.setAttribute('aria-controls', this.#body.id);
    this.toggle.addEventListener('click', () => onOpen(this.#body.hidden));
    this.#up.addEventListener('click', () => onMove(-1));
    this.#down.addEventListener('click', () => onMove(1));
    remove.addEventListener('click', onRemove);
    const change = (name) => {
      this.#showQuestion();
      onChange(name);
    };
    const draw = (key) => drawField(question, key, {tokens, onChange: change});
    const options = question.options
      ? [new OptionList(question.options, {automatic, onChange: () => change('options')}).box]
      : [];
    const others = ['field', 'hint', ...properties, 'required'];
    this.#body.append(draw('text'), ...options, ...others.map(draw));
    this.item.append(this.toggle, this.#up, this.#down, remove, this.#body);
    this.#showQuestion();
    this.setOpen(false);
  }

  setOpen(isOpen) {
    this.#body.hidden = !isOpen;
    this.toggle.setAttribute('aria-expanded', isOpen);
    this.item.classList.toggle('open', isOpen);
  }

  get isOpen() {
    return !this.#body.hidden;
  }

  /** Focuses the first control with a problem, unless the visitor uses another card. */
  focusProblem() {
    if (document.activeElement.closest('#steps')) return;
    this.#body.querySelector('[aria-invalid]')?.focus();
  }

  focusText() {
    const text = this.#body.querySelector('textarea');
    text.focus({preventScroll: true});
    text.select();
    this.item.scrollIntoView();
  }

  /** Shows the field name, which can follow the text. */
  showField() {
    this.#body.querySelector('[data-path=field] input').value = this.#question.field;
  }

  /** The first step cannot move up, and the last cannot move down. */
  showEnds({isFirst, isLast}) {
    const focused = document.activeElement;
    this.#up.disabled = isFirst;
    this.#down.disabled = isLast;
    if (isFirst && focused === this.#up) this.#down.focus();
    if (isLast && focused === this.#down) this.#up.focus();
  }

  /** Shows each problem beside its control. `found` has the words and their path in the question. */
  showProblems(found) {
    for (const place of this.#body.querySelectorAll('.problem')) place.textContent = '';
    for (const control of this.#body.querySelectorAll('[aria-invalid]'))
      control.removeAttribute('aria-invalid');
    for (const {path, words, isWarning} of found) {
      const row = this.#findRow(path);
      const place = row.querySelector(':scope > .problem');
      if (place.textContent) continue;
      place.textContent = words;
      place.classList.toggle('warning', isWarning);
      const control = row.querySelector(':scope > :is(input, textarea, select)');
      if (!isWarning) control?.setAttribute('aria-invalid', true);
    }
    const count = this.#body.querySelectorAll('.problem:not(:empty, .warning)').length;
    this.#count.textContent = ['', '1 problem'][count] ?? `${count} problems`;
  }

  /** Returns the row of a path, or of the nearest property that has a row. */
  #findRow(path) {
    const names = path.split('/');
    for (let length = names.length; length > 0; length--) {
      const row = this.#body.querySelector(`[data-path="${names.slice(0, length).join('/')}"]`);
      if (row) return row;
    }
    return this.#body.firstElementChild;
  }

  #showQuestion() {
    this.#title.textContent = this.#question.text.trim() || 'Question without a text';
    for (const row of this.#body.querySelectorAll('[data-needs]')) {
      row.hidden = !this.#question[row.dataset.needs];
      if (!row.hidden) continue;
      delete this.#question[row.dataset.path];
      row.querySelector('input').value = '';
    }
  }
}
