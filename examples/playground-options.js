import {element, newId, signButton} from './playground-dom.js';
import {drawLine, drawProblem} from './playground-fields.js';
import {suggestName} from './playground-names.js';

/** The options of a choice, each with its label and its value. */
export class OptionList {
  #options;
  #automatic;
  #onChange;
  #list = element('ol', {className: 'options'});
  #add = element('button', {type: 'button', className: 'quiet'}, 'Add an option');
  box = element('fieldset', {className: 'row'});

  /** `automatic` has the options whose value follows the label. */
  constructor(options, {automatic, onChange}) {
    this.#options = options;
    this.#automatic = automatic;
    this.#onChange = onChange;
    this.#add.addEventListener('click', () => this.#addOption());
    this.box.dataset.path = 'options';
    this.box.append(
      element('legend', {}, 'Options'),
      element('p', {className: 'hint'}, 'Words for the visitor, and the value in your data'),
      this.#list,
      element('p', {className: 'problem'}),
      this.#add,
    );
    this.#draw();
  }

  #draw() {
    this.#list.replaceChildren(...this.#options.map((option, at) => this.#drawOption(option, at)));
  }

  #drawOption(option, at) {
    const number = at + 1;
    const [label, value] = ['label', 'value'].map((name) => {
      const control = drawLine(option[name]);
      control.id = newId();
      control.setAttribute('aria-label', `${name === 'label' ? 'Label' : 'Value'} ${number}`);
      return control;
    });
    value.classList.add('code');
    label.addEventListener('input', () => {
      option.label = label.value;
      if (this.#automatic.has(option)) value.value = option.value = this.#suggestValue(option);
      this.#onChange();
    });
    value.addEventListener('input', () => {
      option.value = value.value;
      this.#automatic.delete(option);
      this.#onChange();
    });
    const up = signButton('↑', `Move option ${number} up`);
    up.disabled = at === 0;
    up.addEventListener('click', () => this.#moveUp(at));
    const remove = signButton('×', `Remove option ${number}`);
    remove.addEventListener('click', () => this.#remove(at));
    return element(
      'li',
      {},
      drawCell(label, `options/${at}/label`),
      drawCell(value, `options/${at}/value`),
      up,
      remove,
    );
  }

  #suggestValue(option) {
    const others = this.#options.filter((one) => one !== option);
    return suggestName(
      option.label,
      'option',
      others.map(({value}) => value),
    );
  }

  #addOption() {
    const option = {label: `Option ${this.#options.length + 1}`, value: ''};
    option.value = this.#suggestValue(option);
    this.#automatic.add(option);
    this.#options.push(option);
    this.#redraw(this.#options.length - 1);
  }

  #moveUp(at) {
    this.#options.splice(at - 1, 2, this.#options[at], this.#options[at - 1]);
    this.#redraw(at - 1);
  }

  #remove(at) {
    this.#options.splice(at, 1);
    this.#redraw(Math.min(at, this.#options.length - 1));
  }

  /** Draws all options, because their numbers have changed. The label at `focused` gets the focus. */
  #redraw(focused) {
    this.#draw();
    const label = this.#list.children[focused]?.querySelector('input');
    (label ?? this.#add).focus();
    label?.select();
    this.#onChange();
  }
}

function drawCell(control, path) {
  const cell = element('div', {}, control, drawProblem(control));
  cell.dataset.path = path;
  return cell;
}
