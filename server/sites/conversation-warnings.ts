import type {Conversation, LocalisedText, Step} from '../contract/conversation.js';
import {baseOf} from '../contract/localise.js';
import type {ValidationError} from '../errors.js';
import {findMissingSteps} from './missing-steps.js';
import {findReachedSteps} from './step-ways.js';

/** Returns what a valid conversation probably does not intend, with paths. It can be saved anyway. */
export const findWarnings = ({steps}: Conversation, path: string): ValidationError[] => {
  const texts = steps.flatMap((step, i) => findTexts(step, `${path}/steps/${i}`));
  return [
    ...findUnreachableSteps(steps, `${path}/steps`),
    ...findMissingSteps(steps, `${path}/steps`),
    ...findUntrueConsents(steps, `${path}/steps`),
    ...findMissingLanguages(texts),
    ...findUnknownPlaces(texts, steps),
  ];
};

const findUnreachableSteps = (steps: Step[], path: string): ValidationError[] => {
  // The chat also goes to the first `end` step of each outcome, without a branch.
  const ends = (['complete', 'refused'] as const).map((one) => findEnd(steps, one));
  const reached = findReachedSteps(steps, [0, ...ends]);
  return steps.flatMap(({id}, i) =>
    reached.has(i) ? [] : [{path: `${path}/${i}`, message: `no way leads to the step "${id}"`}],
  );
};

const findEnd = (steps: Step[], outcome: 'complete' | 'refused'): number =>
  steps.findIndex((step) => step.type === 'end' && step.outcome === outcome);

/** The widget's words for these consents name uploaded files. */
const findUntrueConsents = (steps: Step[], path: string): ValidationError[] => {
  if (steps.some(({type}) => type === 'upload')) return [];
  return steps.flatMap((step, i) =>
    step.type === 'consent' && step.text === undefined
      ? [
          {
            path: `${path}/${i}`,
            message:
              'has the words of the widget, which name files, but no step asks for files. Write a "text"',
          },
        ]
      : [],
  );
};

interface TextAt {
  path: string;
  text: LocalisedText;
}

const findTexts = (step: Step, path: string): TextAt[] => {
  const texts: TextAt[] = [];
  for (const name of ['text', 'hint', 'placeholder', 'unit']) {
    const text = (step as unknown as Record<string, LocalisedText | undefined>)[name];
    if (text !== undefined) texts.push({path: `${path}/${name}`, text});
  }
  const options = 'options' in step ? step.options : [];
  return [
    ...texts,
    ...options.map(({label}, i) => ({path: `${path}/options/${i}/label`, text: label})),
  ];
};

const findMissingLanguages = (texts: TextAt[]): ValidationError[] => {
  const tags = new Set(
    texts.flatMap(({text}) => (typeof text === 'string' ? [] : Object.keys(text))),
  );
  return texts.flatMap(({path, text}) => {
    if (typeof text === 'string') return [];
    const missing = [...tags].filter(
      (tag) => !Object.hasOwn(text, tag) && !Object.hasOwn(text, baseOf(tag)),
    );
    if (missing.length === 0) return [];
    return [{path, message: `has no text in ${missing.join(', ')}, which other texts have`}];
  });
};

const findUnknownPlaces = (texts: TextAt[], steps: Step[]): ValidationError[] => {
  const fields = new Set(steps.flatMap((step) => ('kind' in step ? [step.field] : [])));
  return texts.flatMap(({path, text}) => {
    const words = typeof text === 'string' ? text : Object.values(text).join('\n');
    const named = [...words.matchAll(/\{answers\.(\w+)\}/g)].map(([, field = '']) => field);
    return [...new Set(named)]
      .filter((field) => !fields.has(field))
      .map((field) => ({path, message: `inserts {answers.${field}}, which no step asks for`}));
  });
};
