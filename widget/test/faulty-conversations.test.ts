import {expect} from '@open-wc/testing';
import fc from 'fast-check';

import {DEFAULT_CONVERSATION} from '../../server/contract/default-conversation.js';
import {createAnswers} from '../core/flow/answers.js';
import type {Answers} from '../core/flow/answers.js';
import {createFlow} from '../core/flow/flow.js';
import {createStorage} from '../core/session/storage.js';
import {Store} from '../core/state.js';
import {loadLanguage} from '../i18n/languages.js';
import {Transcript} from '../core/flow/transcript.js';
import {backend, lines, mountOpen, newSite, untilSaid} from './helpers.js';

const RUNS = 300;
/** A visitor answers no question twice, and no document has more steps than this. */
const MOST_ANSWERS = 12;
const ids = fc.constantFrom('a', 'b', 'c', 'd', '__proto__', 'constructor');
const fields = fc.constantFrom(
  'name',
  'consents.personal_data',
  'files.stored',
  'answers.position',
  '__proto__',
);

const {condition} = fc.letrec<{condition: object}>((tie) => ({
  condition: fc.oneof(
    {maxDepth: 3},
    fc.record({
      field: fields,
      operator: fc.constantFrom('is', 'is_not', 'at_least', 'at_most', 'includes', 'is_set'),
      value: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    }),
    fc.record({all: fc.array(tie('condition'), {maxLength: 3})}),
    fc.record({any: fc.array(tie('condition'), {maxLength: 3})}),
    fc.record({not: tie('condition')}),
  ),
}));

const step = fc
  .record(
    {
      id: ids,
      type: fc.constantFrom('say', 'ask', 'consent', 'upload', 'verify_email', 'assistant', 'end'),
      field: fc.constantFrom('name', 'email'),
      kind: fc.constantFrom('text', 'choice', 'of_a_later_version'),
      purpose: fc.constantFrom('personal_data', 'ai_training', 'ai_answers'),
      outcome: fc.constantFrom('complete', 'refused'),
      text: fc.oneof(fc.string(), fc.dictionary(fc.constantFrom('en', 'de', 'ar'), fc.string())),
      next: fc.array(fc.record({when: condition, to: ids}, {requiredKeys: ['to']}), {maxLength: 3}),
    },
    {requiredKeys: ['id', 'type']},
  )
  .map((one) => ({...one}));

const documents = fc
  .uniqueArray(step, {minLength: 1, maxLength: 8, selector: ({id}) => id})
  .map((steps) => ({version: 1, steps}));

/** Puts something else at a place in the document, as a bad export or another version would. */
const broken = fc
  .tuple(
    fc.oneof(documents, fc.constant(DEFAULT_CONVERSATION)),
    fc.array(fc.nat(), {maxLength: 6}),
    fc.json(),
  )
  .map(([document, path, json]) => {
    const copy = structuredClone(document) as unknown;
    let place = copy as Record<string, unknown>;
    for (const at of path) {
      const keys = Object.keys(place);
      const key = keys[at % Math.max(1, keys.length)];
      if (key === undefined) break;
      const below = place[key];
      if (at !== path.at(-1) && typeof below === 'object' && below !== null) {
        place = below as Record<string, unknown>;
      } else {
        place[key] = JSON.parse(json) as unknown;
        break;
      }
    }
    return copy;
  });

const language = await loadLanguage('ar');

/** Answers whatever is asked, and is told what Maria said. */
const visit = async (document: unknown, conditionValues: Answers) => {
  const storage = createStorage(newSite(), {storage: localStorage});
  const answers = createAnswers(storage);
  const transcript = new Transcript(storage, () => undefined);
  const flow = createFlow({
    store: new Store(() => undefined),
    transcript,
    answers,
    host: {typingMs: 0, emit: () => true, onMariaSpoke: () => undefined},
    conditionValues,
    textValues: {name: '', labelOf: () => '', greeting: '', verification: null},
    prepareStep: () => Promise.resolve(true),
    onStep: () => undefined,
    isStarted: true,
  });
  flow.load(document);
  await flow.begin();
  const rests = [flow.step!.type];
  while (flow.step!.type !== 'end' && rests.length < MOST_ANSWERS) {
    await flow.complete(flow.step!);
    rests.push(flow.step!.type);
  }
  answers.wipe();
  return {rests, said: transcript.lines.map(({text: words}) => words(language))};
};

const KNOWN = ['ask', 'consent', 'upload', 'end', 'assistant'];
const walkable = fc.dictionary(
  fields,
  fc.oneof(fc.string(), fc.integer({min: 0, max: 3}), fc.boolean()),
);

describe('faulty conversations', () => {
  it('whatever the document, the visitor is asked something known and hears words', async () => {
    const anything = fc.oneof(
      {weight: 3, arbitrary: broken},
      {weight: 2, arbitrary: documents},
      {weight: 1, arbitrary: fc.anything()},
    );
    await fc.assert(
      fc.asyncProperty(anything, walkable, async (document, facts) => {
        const {rests, said} = await visit(document, facts);
        expect(rests.filter((type) => !KNOWN.includes(type))).to.deep.equal([]);
        expect(said.filter((words) => typeof words !== 'string')).to.deep.equal([]);
      }),
      {numRuns: RUNS},
    );
  });

  for (const [fault, steps] of Object.entries({
    'a text that is none': [{id: 'a', type: 'say', text: null}],
    'a text with a number for words': [{id: 'a', type: 'say', text: {en: 7}}],
    'a consent to nothing': [{id: 'a', type: 'consent'}],
    'an end of no kind': [{id: 'a', type: 'end', outcome: 'maybe'}],
    'a type that every object has': [{id: 'a', type: 'toString'}],
    'a type that cannot be said': [{id: 'a', type: {toString: false}}],
    'a field that cannot be said': [{id: 'a', type: 'ask', field: {toString: false}}],
    'a condition of two kinds, one of them broken': [
      {id: 'a', type: 'say', next: [{when: {all: null, any: []}, to: 'a'}]},
    ],
    'a question without a text': [{id: 'a', type: 'ask', field: 'card', kind: 'text'}],
    'a branch that is no object': [{id: 'a', type: 'say', next: [null]}],
  })) {
    it(`${fault} brings the built-in conversation`, async () => {
      const site = newSite();
      await backend.config(site, {conversation: {version: 1, steps}});
      const chat = await mountOpen(site);
      await untilSaid(chat, 'What is your name?');
      expect(lines(chat)[0]).to.include('I’m Maria');
    });
  }
});
