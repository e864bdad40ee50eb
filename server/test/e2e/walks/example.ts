import {readFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';

import type {Conversation, QuestionStep} from '../../../contract/conversation.js';
import {insertAnswers, localise} from '../../../contract/localise.js';
import type {Answer, QuestionKind} from '../../../contract/questions.js';
import type {SiteSettings} from '../../../contract/sites.js';

/** Answer of a visitor as it has to be delivered. */
export interface DeliveredAnswer {
  field: string;
  kind: QuestionKind;
  /** Wording that the visitor has read. */
  question: string;
  value: Answer;
  label: string;
  position: number;
}

/** Returns the path of an example in `examples/conversations`. */
export const getExamplePath = (name: string): string =>
  fileURLToPath(new URL(`../../../../../examples/conversations/${name}.json`, import.meta.url));

/** An example as a visitor of one language reads it, with the answers of this visitor. */
export class ExampleVisit {
  private readonly given = new Map<string, {value: Answer; label: string}>();

  private constructor(
    readonly conversation: Conversation,
    readonly language: string,
    readonly name: string,
  ) {}

  static async read(example: string, language: string, name: string): Promise<ExampleVisit> {
    const settings = JSON.parse(await readFile(getExamplePath(example), 'utf8')) as SiteSettings;
    return new ExampleVisit(settings.conversation!, language, name);
  }

  /** Returns what Maria says at a step that has its own text. */
  getText(id: string): string {
    const {text = ''} = this.conversation.steps.find((step) => step.id === id)!;
    return insertAnswers(localise(text, this.language), (key) =>
      key === 'name' ? this.name : (this.given.get(key.slice('answers.'.length))?.label ?? ''),
    );
  }

  /** Returns the label of an option. */
  getLabel(field: string, option: string): string {
    const {step} = this.findQuestion(field);
    const found = step.kind === 'choice' && step.options.find(({value}) => value === option);
    if (!found) throw new Error(`${field} has no option ${option}.`);
    return localise(found.label, this.language);
  }

  isMultiple(field: string): boolean {
    const {step} = this.findQuestion(field);
    return step.kind === 'choice' && step.multiple === true;
  }

  record(field: string, value: Answer, label: string): void {
    this.given.set(field, {value, label});
  }

  /** Returns the label of an answer. */
  getAnswer(field: string): string {
    return this.given.get(field)?.label ?? '';
  }

  /** Removes answers to questions that a changed answer leads around. */
  forget(...fields: string[]): void {
    for (const field of fields) this.given.delete(field);
  }

  /** Returns the answers as they have to be delivered, in the order of the conversation. */
  getDelivered(): DeliveredAnswer[] {
    return [...this.given]
      .map(([field, {value, label}]) => {
        const {step, position} = this.findQuestion(field);
        return {field, kind: step.kind, question: this.getText(step.id), value, label, position};
      })
      .sort((a, b) => a.position - b.position);
  }

  private findQuestion(field: string): {step: QuestionStep; position: number} {
    const {steps} = this.conversation;
    const position = steps.findIndex((step) => 'kind' in step && step.field === field);
    return {step: steps[position] as QuestionStep, position};
  }
}
