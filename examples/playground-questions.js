import {QuestionCard, drawFixed} from './playground-card.js';
import {loadSteps, loadTokens, saveSteps} from './playground-check.js';
import {element, find} from './playground-dom.js';
import {KINDS, isQuestion, toStep} from './playground-kinds.js';
import {suggestName} from './playground-names.js';
import {readSteps, writeSteps} from './playground-read.js';

/** Opens the editor. `onChange` is called after each change. */
export async function openEditor(onChange) {
  const [standard, tokens] = await Promise.all([loadSteps(), loadTokens()]);
  return new QuestionEditor({standard, tokens, onChange});
}

/** The questions of the conversation, among its other steps. */
class QuestionEditor {
  #standard;
  #tokens;
  #onChange;
  #steps = [];
  /** Cards of the questions, and items of the other steps. */
  #cards = new Map();
  /** Questions and options whose name follows their text. */
  #automatic = new WeakSet();
  /** Question that the preview asks first. */
  #edited;
  #removed;
  #saves = 0;
  /** True while the server does not accept the questions. */
  hasProblems = false;

  constructor({standard, tokens, onChange}) {
    this.#standard = standard;
    this.#tokens = tokens;
    this.#onChange = onChange;
    for (const [kind, {label}] of Object.entries(KINDS)) {
      const button = element('button', {type: 'button', className: 'quiet'}, label);
      button.addEventListener('click', () => this.#add(kind));
      find('#kinds').append(button);
    }
    find('#starts').addEventListener('change', onChange);
    find('#undo').addEventListener('click', () => this.#undo());
    this.reset();
  }

  get hasQuestions() {
    return this.#steps.some(isQuestion);
  }

  /** The conversation as the settings of a site have it. */
  get conversation() {
    return {version: 1, steps: this.#write(this.#steps)};
  }

  /** The steps as a part of the page's URL. */
  get text() {
    return writeSteps(this.#steps);
  }

  reset() {
    this.#edited = undefined;
    this.#setSteps(structuredClone(this.#standard));
    this.#announce('');
  }

  /** Shows the steps of such a part. Nothing changes if it has another form. */
  read(text) {
    const steps = readSteps(text, this.#standard);
    if (steps) this.#setSteps(steps);
  }

  /**
   * Saves the conversation for the preview, and shows its problems. Returns false if there is one.
   * Without a question, the preview needs no conversation.
   */
  async save() {
    const save = ++this.#saves;
    this.hasProblems = false;
    if (!this.hasQuestions) {
      report('', false);
      return true;
    }
    const first = find('#starts [value=question]').checked ? this.#edited : undefined;
    const others = this.#steps.filter((step) => step !== first);
    const steps = first ? [first, ...others] : others;
    try {
      const found = await saveSteps(this.#write(steps));
      // A later change is checked by its own call.
      return save === this.#saves && this.#showProblems(found, steps);
    } catch (error) {
      report(`The questions were not checked. ${error.message}`, true);
      return false;
    }
  }

  #showProblems(found, steps) {
    const stepOf = (problem) => this.#stepOf(problem, steps);
    for (const [step, card] of this.#cards)
      card.showProblems?.(found.filter((one) => stepOf(one) === step));
    const errors = found.filter(({isWarning}) => !isWarning);
    const isShown = (one) => this.#cards.get(stepOf(one))?.showProblems;
    const elsewhere = errors.filter((one) => !isShown(one));
    this.#openFaulty(errors.filter(isShown).map(stepOf));
    const words = [countProblems(errors.length), ...elsewhere.map((one) => one.words)].join(' ');
    const isSaved = errors.length === 0;
    report(isSaved ? 'The server accepts these questions.' : words, !isSaved);
    this.hasProblems = !isSaved;
    return isSaved;
  }

  /** Returns the step that a problem concerns. Of two with one name, it is the edited one. */
  #stepOf({at, isDuplicate}, steps) {
    const isSame = isDuplicate && steps[at].field === this.#edited?.field;
    return isSame ? this.#edited : steps[at];
  }

  /** Opens the first card with a problem, unless a card with one is open. */
  #openFaulty(faulty) {
    const cards = faulty.map((step) => this.#cards.get(step));
    if (cards.length === 0 || cards.some(({isOpen}) => isOpen)) return;
    for (const card of this.#cards.values()) card.setOpen?.(card === cards[0]);
    cards[0].focusProblem();
  }

  #setSteps(steps) {
    this.#steps = steps;
    this.#cards.clear();
    find('#steps').replaceChildren(...steps.slice(0, this.#end).map((step) => this.#itemOf(step)));
    this.#showEnds();
  }

  /** Index of the first end. Questions are asked before it. */
  get #end() {
    return this.#steps.findIndex(({type}) => type === 'end');
  }

  #itemOf(step) {
    if (!this.#cards.has(step)) {
      const fixed = () => ({item: drawFixed(step, this.#onChange)});
      this.#cards.set(step, isQuestion(step) ? this.#createCard(step) : fixed());
    }
    return this.#cards.get(step).item;
  }

  #createCard(question) {
    return new QuestionCard(question, {
      automatic: this.#automatic,
      tokens: this.#tokens,
      onChange: (name) => this.#change(question, name),
      onMove: (step) => this.#move(question, step),
      onOpen: (isOpen) => this.#open(question, isOpen),
      onRemove: () => this.#remove(question),
    });
  }

  #change(question, name) {
    if (name === 'field') this.#automatic.delete(question);
    if (name === 'text' && this.#automatic.has(question)) {
      question.field = this.#suggestField(question);
      this.#cards.get(question).showField();
    }
    this.#edited = question;
    this.#onChange();
  }

  #suggestField(question) {
    const others = this.#steps.filter((step) => isQuestion(step) && step !== question);
    const taken = ['name', 'email', ...others.map(({field}) => field)];
    return suggestName(question.text, question.kind, taken);
  }

  #add(kind) {
    const question = {kind, field: '', ...structuredClone(KINDS[kind].start)};
    for (const one of [question, ...(question.options ?? [])]) this.#automatic.add(one);
    question.field = this.#suggestField(question);
    this.#insert(question, this.#nextIndex);
    this.#cards.get(question).focusText();
  }

  /** Index of the next question: after the others. The first question follows the consents. */
  get #nextIndex() {
    const last = this.#steps.findLastIndex(isQuestion);
    const isLater = ({type, field}) => type === 'upload' || field === 'email';
    return last < 0 ? this.#steps.findIndex(isLater) : last + 1;
  }

  #insert(question, at) {
    this.#steps.splice(at, 0, question);
    const list = find('#steps');
    list.insertBefore(this.#itemOf(question), list.children[at] ?? null);
    this.#announce('');
    this.#showEnds();
    this.#open(question, true);
  }

  #open(question, isOpen) {
    for (const [step, card] of this.#cards) card.setOpen?.(isOpen && step === question);
    if (!isOpen) return;
    this.#edited = question;
    this.#onChange();
  }

  #move(question, step) {
    const at = this.#steps.indexOf(question);
    const other = this.#itemOf(this.#steps[at + step]);
    this.#steps.splice(at, 1);
    this.#steps.splice(at + step, 0, question);
    // The other item moves in the page, so that the focus stays on the button.
    this.#itemOf(question)[step < 0 ? 'after' : 'before'](other);
    this.#announce(`“${question.text}” is now step ${at + step + 1} of ${this.#end}.`);
    this.#showEnds();
    this.#onChange();
  }

  #showEnds() {
    for (const [step, card] of this.#cards) {
      const at = this.#steps.indexOf(step);
      card.showEnds?.({isFirst: at === 0, isLast: at === this.#end - 1});
    }
  }

  #remove(question) {
    const at = this.#steps.indexOf(question);
    this.#steps.splice(at, 1);
    this.#itemOf(question).remove();
    this.#cards.delete(question);
    this.#removed = {question, at};
    this.#announce(`“${question.text}” is removed.`, true);
    this.#showEnds();
    const next = this.#steps.slice(at).find(isQuestion) ?? this.#steps.findLast(isQuestion);
    this.#edited = next;
    this.#onChange();
    (next ? this.#cards.get(next).toggle : find('#kinds button')).focus();
  }

  #undo() {
    const {question, at} = this.#removed;
    this.#insert(question, at);
    this.#cards.get(question).toggle.focus();
  }

  #write(steps) {
    const ids = this.#standard.map(({id}) => id);
    return steps.map((step) => (isQuestion(step) ? toStep(step, ids) : step));
  }

  #announce(words, canUndo = false) {
    find('#moved').textContent = words;
    find('#undo').hidden = !canUndo;
  }
}

function report(words, isProblem) {
  find('#report').textContent = words;
  find('#report').classList.toggle('problem', isProblem);
}

const countProblems = (count) =>
  count === 1
    ? 'There is a problem. Correct it to change the preview and to copy the code.'
    : `There are ${count} problems. Correct them to change the preview and to copy the code.`;
