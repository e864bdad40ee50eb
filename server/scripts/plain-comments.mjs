/** Openings without a noun, and words that plain English does not need. */
const OPENING =
  /^(What|Who|Whoever|Whose|Whom|Of|By|Those|The same|With|From|Where|Nobody|Somebody)\b/;
const WORDS =
  /\b(anew|somebody|nobody|everybody|whoever|whomever|be it|(?<!\bnot\b.*)any more|no more(?! than)|stands? in|is told|tells who|hears of|comes along|goes along|thereof)\b/i;

/** ESLint rule: a comment opens with its subject and uses plain words. */
export const plainComments = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      opening: 'A comment opens with its subject, not with "{{found}}".',
      word: 'Reword "{{found}}" in plain English.',
    },
  },
  create(context) {
    const report = (messageId, comment, found) => {
      context.report({loc: comment.loc, messageId, data: {found}});
    };
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          const text = comment.value.replace(/^[*\s]+/gm, '').replace(/\s+/g, ' ');
          const opening = OPENING.exec(text)?.[0];
          const word = WORDS.exec(text)?.[0];
          if (opening) report('opening', comment, opening);
          if (word) report('word', comment, word);
        }
      },
    };
  },
};
