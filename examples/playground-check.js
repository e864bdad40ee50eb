const CONVERSATION_URL = '../dev/playground/conversation';

/** Message about two questions with one field name. */
const DUPLICATE = /\/(field|id) .* already/;

/** Plain words for messages of the server, by the end of the path and the message. */
const WORDS = [
  [/\/(field|id|value) .*pattern/, 'Use small letters, digits and _, and begin with a letter.'],
  [/\/(min|max) .*pattern/, 'Write a date such as 2026-12-31, or today.'],
  [DUPLICATE, 'Another question has this field name.'],
  [/\/value .* already/, 'Another option has this value.'],
  [/ must not have fewer than 1 characters/, 'Write a text.'],
  [/\/options .*fewer than 2/, 'Add an option: a choice has at least two.'],
];
const TAKEN =
  'Choose another name: every chat asks for the name and the e-mail address in its own way.';

export async function loadSteps() {
  const {steps} = await readJson(CONVERSATION_URL);
  return steps;
}

/** Returns the tokens of the HTML standard that a text question accepts. */
export async function loadTokens() {
  const schema = await readJson('../api/conversation.schema.json');
  const kinds = schema.properties.steps.items.anyOf;
  return kinds.find(({properties}) => properties.autocomplete).properties.autocomplete.enum;
}

/**
 * Saves the steps for the preview. Returns what the server reports about them: the index of each
 * step, the path in it, and the words. Nothing is saved if there is an error.
 */
export async function saveSteps(steps) {
  const response = await fetch(CONVERSATION_URL, {
    method: 'PUT',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({version: 1, steps}),
  });
  const report = await response.json();
  if (!response.ok) throw new Error(report.message);
  const {errors, warnings} = report;
  const read = (isWarning) => (one) => ({...toProblem(one, steps), isWarning});
  return keepFirst([...errors.map(read(false)), ...warnings.map(read(true))]);
}

/** Returns the first problem of each place. */
function keepFirst(problems) {
  const places = problems.map(({at, path}) => `${at}/${path}`);
  return problems.filter((_problem, index) => places.indexOf(places[index]) === index);
}

function toProblem({path, message}, steps) {
  const [, at, name = ''] = /^\/steps\/(\d+)\/?(.*)$/.exec(path) ?? [];
  if (at === undefined) return {path: '', words: sentence(message)};
  const {kind, field} = steps[at];
  // The server reads these as steps without a kind.
  if (kind && ['name', 'email'].includes(field)) return {at, path: 'field', words: TAKEN};
  const report = `${path} ${message}`;
  const [, words = sentence(message)] = WORDS.find(([pattern]) => pattern.test(report)) ?? [];
  // The id is made of the field.
  return {at, path: name === 'id' ? 'field' : name, words, isDuplicate: DUPLICATE.test(report)};
}

const sentence = (message) => `${message[0].toUpperCase()}${message.slice(1)}.`;

const readJson = async (url) => (await fetch(url)).json();
