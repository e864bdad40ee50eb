/** Openings without a noun. A heading or a question can begin with them, a sentence cannot. */
export const OPENING =
  /^(What|Who|Whoever|Whose|Whom|Of|By|Those|The same|With|From|Where|Nobody|Somebody)\b/;

/** Words that plain English does not need in any sense. */
export const WORDS =
  /\b(anew|somebody|nobody|everybody|whoever|whomever|be it|(?<!\bnot\b.*)any more|no more(?! than)|stands? in|is told|are told|tells who|hears of|comes along|goes along|thereof)\b/i;

/** Words that tell a reader that a task is small, which it may not be. */
export const BELITTLING = /\b(just|easy|easily|simply|basically|obviously)\b/i;

/** Words of developers, and words that were translated literally, in texts that visitors read. */
export const JARGON =
  /\b(sessions?|technical issues?|scanners?|scripts?|storage|systems?|administrators?|UUIDs?|tokens?|AI agents?|by itself|meanwhile|hand(ed)? in)\b/i;

/** Sentences that the product specification prescribes. */
const PRESCRIBED = [
  'Your session has been reset due to a technical issue. Please start again.',
  'The system has encountered an error, which has been notified to the administrator to investigate. Please try again later.',
];

const MAX_WORDS = 25;

/**
 * ESLint rule: comments use plain words and open with a subject. With the option `texts`, strings
 * do so as well: help texts, log lines and error messages.
 */
export const plainLanguage = {
  meta: {
    type: 'suggestion',
    schema: [{type: 'object', properties: {texts: {type: 'boolean'}}}],
    messages: {
      opening: 'A sentence opens with its subject, not with "{{found}}".',
      word: 'Reword "{{found}}" in plain English.',
    },
  },
  create(context) {
    const {texts = false} = context.options[0] ?? {};
    const check = ({loc}, text, isSentence) => {
      const prose = text.replace(/(["`]).*?\1/g, '…');
      const opening = isSentence && OPENING.exec(prose)?.[0];
      const word = WORDS.exec(prose)?.[0];
      if (opening) context.report({loc, messageId: 'opening', data: {found: opening}});
      if (word) context.report({loc, messageId: 'word', data: {found: word}});
    };
    /** Names, SQL and parts of sentences have no full stop, so that their openings do not count. */
    const checkText = (node, text) => {
      if (!texts) return;
      for (const line of text.split('\n').map((one) => one.trim()))
        if (/\w \w/.test(line)) check(node, line, /[.!]$/.test(line));
    };
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments())
          check(comment, comment.value.replace(/^[*\s]+/gm, '').replace(/\s+/g, ' '), true);
      },
      Literal(node) {
        if (typeof node.value === 'string') checkText(node, node.value);
      },
      TemplateElement(node) {
        checkText(node, node.value.cooked ?? '');
      },
    };
  },
};

/** ESLint rule: texts that visitors read are plain and have no jargon. */
export const visitorTexts = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {problem: 'This text {{problem}}: {{sentence}}'},
  },
  create(context) {
    return {
      Literal({loc, value}) {
        if (typeof value !== 'string') return;
        for (const data of findVisitorProblems(value))
          context.report({loc, messageId: 'problem', data});
      },
    };
  },
};

/** Returns the problems of a text that visitors read, each with its sentence. */
export function findVisitorProblems(text) {
  if (PRESCRIBED.includes(text)) return [];
  return splitSentences(text).flatMap((sentence) => {
    const opening = /[.!:;]$/.test(sentence) && OPENING.exec(sentence)?.[0];
    const word = (WORDS.exec(sentence) ?? JARGON.exec(sentence))?.[0];
    return toProblems({opening, word, count: countWords(sentence)}).map((problem) => ({
      problem,
      sentence,
    }));
  });
}

/** Returns the problems of a text's sentences, each with the line where its sentence begins. */
export function findProblems(markdown) {
  return readSentences(markdown).flatMap(({sentence, line, isHeading}) => {
    // Names of table columns and the like have no full stop.
    const isWhole = !isHeading && /[.!:;][)*_”"]*$/.test(sentence);
    const opening = isWhole && OPENING.exec(sentence)?.[0];
    const word = (WORDS.exec(sentence) ?? BELITTLING.exec(sentence))?.[0];
    return toProblems({opening, word, count: countWords(sentence)}).map((problem) => ({
      line,
      problem,
      sentence,
    }));
  });
}

const toProblems = ({opening, word, count}) => [
  ...(opening ? [`opens with "${opening}"`] : []),
  ...(word ? [`has "${word}"`] : []),
  ...(count > MAX_WORDS ? [`has ${count} words`] : []),
];

/** Splits Markdown into sentences. Code is left out, because it is not prose. */
export function readSentences(markdown) {
  const found = [];
  for (const {text, line} of readBlocks(markdown)) {
    const isHeading = text.startsWith('#');
    for (const cell of splitCells(text)) {
      for (const sentence of splitSentences(toProse(cell)))
        if (/\p{L}/u.test(sentence)) found.push({sentence: sentence.trim(), line, isHeading});
    }
  }
  return found;
}

/** Returns paragraphs, list items, table rows and headings, each with the number of its line. */
function readBlocks(markdown) {
  const blocks = [];
  let fence;
  let open;
  for (const [i, text] of markdown.split('\n').entries()) {
    const mark = /^\s*(```|~~~)/.exec(text)?.[1];
    if (mark && (!fence || fence === mark)) {
      fence = fence ? undefined : mark;
      open = undefined;
      continue;
    }
    if (fence) continue;
    const isOwnBlock = /^\s*([-*+] |\d+\. |#|\||>|<|$)/.test(text);
    if (isOwnBlock || !open) blocks.push((open = {text: text.trim(), line: i + 1}));
    else open.text += ` ${text.trim()}`;
    if (/^\s*([#|]|$)/.test(text)) open = undefined;
  }
  return blocks.filter(({text}) => text && !/^[|:\s-]+$/.test(text));
}

const splitSentences = (text) => text.split(/(?<=[.!?:;])\s+(?=[\p{Lu}`“"(\d])/u);

const splitCells = (text) => (text.startsWith('|') ? text.split(/(?<!\\)\|/) : [text]);

function toProse(text) {
  return text
    .replace(/<[^>]*>/g, ' ')
    .replace(/^\s*(>\s*)?([-*+]\s+|\d+\.\s+|#+\s+)?/, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/`[^`]*`/g, '`code`')
    .replace(/\*\*|__/g, '')
    .trim();
}

const countWords = (sentence) =>
  sentence.split(/\s+/).filter((word) => /[\p{L}\d]/u.test(word)).length;
