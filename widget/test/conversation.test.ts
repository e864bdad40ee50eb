import {expect} from '@open-wc/testing';

import {DEFAULT_CONVERSATION} from '../../server/contract/default-conversation.js';
import {StepGraph} from '../core/flow/step-graph.js';
import './helpers.js';

const walkThrough = (answers: Record<string, boolean>) => {
  const graph = new StepGraph(DEFAULT_CONVERSATION);
  const visited = [];
  for (let step = graph.find('welcome'); step; step = graph.after(step, answers)) {
    visited.push(step.id);
    if (step.type === 'end') break;
  }
  return visited;
};

describe('conversation', () => {
  it('an agreeing visitor reaches the end by every step', () => {
    const visited = walkThrough({'consents.personal_data': true});
    expect(visited.at(-1)).to.equal('complete');
    expect(visited).to.have.length(8);
  });

  it('refusing the storage leads to the refusal, past files and e-mail', () => {
    const visited = walkThrough({'consents.personal_data': false});
    expect(visited).to.deep.equal(['welcome', 'name', 'consent_personal_data', 'refused']);
  });

  for (const [fault, document] of Object.entries({
    'no document': null,
    'a page instead of a document': '<html>',
    'another version': {version: 2, steps: DEFAULT_CONVERSATION.steps},
    'no steps': {version: 1, steps: []},
    'an unknown type': {version: 1, steps: [{id: 'a', type: 'dance'}]},
    'two steps of one name': {
      version: 1,
      steps: [
        {id: 'a', type: 'say'},
        {id: 'a', type: 'say'},
      ],
    },
    'a branch to nowhere': {version: 1, steps: [{id: 'a', type: 'say', next: [{to: 'b'}]}]},
    'a condition that is none': {
      version: 1,
      steps: [{id: 'a', type: 'say', next: [{when: {all: [null]}, to: 'a'}]}],
    },
  })) {
    it(`${fault} is replaced by the built-in conversation`, () => {
      expect(new StepGraph(document).first.id).to.equal('welcome');
    });
  }

  it('conditions compare numbers and combine', () => {
    const when = {
      all: [
        {field: 'files.stored', operator: 'at_least', value: 2},
        {not: {any: [{field: 'name', operator: 'is', value: 'Ana'}]}},
      ],
    };
    const graph = new StepGraph({
      version: 1,
      steps: [
        {id: 'a', type: 'say', next: [{when, to: 'c'}]},
        {id: 'b', type: 'say'},
        {id: 'c', type: 'say'},
      ],
    });
    const next = (answers: Record<string, string | number>) =>
      graph.after(graph.first, answers)?.id;
    expect(next({'files.stored': 2, name: 'Bo'})).to.equal('c');
    expect(next({'files.stored': 1, name: 'Bo'})).to.equal('b');
    expect(next({'files.stored': 2, name: 'Ana'})).to.equal('b');
    expect(next({})).to.equal('b');
  });
});
