/** Words that say little about an answer. */
const FILLERS = new Set(
  (
    'a about am an and any are as at be been by can could did do does for from had has have how i ' +
    'if in is it its like many may me much my of on or our please shall should so some that the ' +
    'their them there these they this to us was we were what when where which who why will with ' +
    'would you your'
  ).split(' '),
);
const MAX_WORDS = 3;
/** A name has at most 40 characters, and can get a number. */
const MAX_LENGTH = 36;

/** Returns a name for an answer or an option: `start_date` for *When is your start date?* */
export function suggestName(text, fallback, taken) {
  const words = text
    .replace(/\{[^}]*\}/g, ' ')
    .replace(/ß/g, 'ss')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  const telling = (words ?? []).filter((word) => !FILLERS.has(word));
  const name = telling
    .slice(0, MAX_WORDS)
    .join('_')
    .replace(/^[^a-z]+/, '')
    .slice(0, MAX_LENGTH);
  return makeUnique(name || fallback, taken);
}

function makeUnique(name, taken) {
  let unique = name;
  for (let count = 2; taken.includes(unique); count++) unique = `${name}_${count}`;
  return unique;
}
