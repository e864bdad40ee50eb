import {KINDS, isQuestion} from './playground-kinds.js';

/** Returns the steps as a part of a URL: questions, and the ids of the other steps. */
export function writeSteps(steps) {
  const write = ({id, text}) => (text === undefined ? id : {id, text});
  const written = steps.map((step) => (isQuestion(step) ? step : write(step)));
  return encodeURIComponent(JSON.stringify(written));
}

/** Returns the steps of such a part. Returns undefined if it has another form. */
export function readSteps(part, standard) {
  const steps = parseList(part).map((one) => toStandardStep(one, standard) ?? one);
  const questions = steps.filter((step) => isReadable(step));
  const ids = steps.filter((step) => !questions.includes(step)).map((step) => step?.id);
  // Each of the other steps appears once, in its order.
  const isWhole = JSON.stringify(ids) === JSON.stringify(standard.map(({id}) => id));
  return isWhole ? steps : undefined;
}

function parseList(part) {
  try {
    const read = JSON.parse(decodeURIComponent(part));
    return Array.isArray(read) ? read : [];
  } catch {
    return [];
  }
}

function toStandardStep(given, standard) {
  const {id = given, text, kind} = Object(given);
  const step = standard.find((one) => one.id === id && kind === undefined);
  return step && {...step, ...(typeof text === 'string' && {text})};
}

/** Returns whether the editor can show a question. The server checks the rest. */
function isReadable(given) {
  const {kind, text, field, options = []} = Object(given);
  const areTexts = (...values) => values.every((value) => typeof value === 'string');
  return (
    areTexts(text, field) &&
    areTexts(kind) &&
    Object.hasOwn(KINDS, kind) &&
    Array.isArray(options) &&
    options.every((one) => areTexts(Object(one).label, Object(one).value)) &&
    (kind === 'choice') === options.length > 0
  );
}
