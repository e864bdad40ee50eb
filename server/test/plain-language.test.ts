import {fileURLToPath} from 'node:url';

import {ESLint} from 'eslint';
import t from 'tap';

interface Problem {
  line: number;
  problem: string;
}

// dist/server/test/ -> the project
const PROJECT = new URL('../../../', import.meta.url);
const {findProblems, findVisitorProblems} = (await import(
  new URL('server/scripts/plain-language.mjs', PROJECT).href
)) as {
  findProblems: (markdown: string) => Problem[];
  findVisitorProblems: (text: string) => Pick<Problem, 'problem'>[];
};

const find = (markdown: string) =>
  findProblems(markdown).map(({line, problem}) => `${line} ${problem}`);

const words = (count: number) => `It${' goes'.repeat(count - 1)}.`;

t.test('sentences that open without a subject are found', async (t) => {
  t.same(find('# Title\n\nWhat waits is sent.'), ['3 opens with "What"']);
  t.same(find('It waits. Where it is sent does not matter.'), ['1 opens with "Where"']);
  t.same(find('- By itself it ends.'), ['1 opens with "By"']);
  t.same(find('| a | With it, all is set. |\n'), ['1 opens with "With"']);
  t.same(find('- **By itself** it ends:\n'), ['1 opens with "By"']);
  t.same(find('## What you get\n\nWhat is it? It waits.'), [], 'headings and questions');
  t.same(find('| What it does | Where |'), [], 'names of columns');
});

t.test('banned words are found in prose, and not in code', async (t) => {
  t.same(find('It begins anew.\n\nIt is\neasy to read.'), ['1 has "anew"', '3 has "easy"']);
  t.same(find('It is not there any more.'), [], 'allowed after "not"');
  t.same(find('Run `maria anew`.\n\n```sh\nWhat begins anew\n```\n'), []);
});

t.test('a sentence has at most 25 words', async (t) => {
  t.same(find(words(25)), []);
  t.same(find(words(26)), ['1 has 26 words']);
  t.same(find(words(20).replace('.', '\n') + words(6).toLowerCase()), ['1 has 26 words']);
  t.same(find(`${words(25)} ${words(25)}`), [], 'two sentences');
  t.same(find(`| ${words(20)} | ${words(20)} |`), [], 'two cells');
  t.same(find(`- ${words(20)}\n- ${words(20)}`), [], 'two items');
});

t.test('jargon, openings and length are found in texts of visitors', async (t) => {
  const findIn = (text: string) => findVisitorProblems(text).map(({problem}) => problem);
  t.same(findIn('The virus scanner refused this file.'), ['has "scanner"']);
  t.same(findIn('Your session is over. Our system is busy.'), ['has "session"', 'has "system"']);
  t.same(findIn('May we train our AI agent?'), ['has "AI agent"']);
  t.same(findIn('It begins anew.'), ['has "anew"']);
  t.same(findIn('What you typed is deleted.'), ['opens with "What"']);
  t.same(findIn('What is your name?'), [], 'a question');
  t.same(findIn(words(26)), ['has 26 words']);
  t.same(findIn(`${words(25)} ${words(25)}`), []);
});

t.test('a prescribed sentence is not checked, unless it has changed', async (t) => {
  const prescribed = 'Your session has been reset due to a technical issue. Please start again.';
  t.same(findVisitorProblems(prescribed), []);
  t.ok(findVisitorProblems(prescribed.replace('Please', 'You can')).length > 0);
});

t.test('lint checks every file with English texts of visitors', async (t) => {
  const lint = new ESLint({
    cwd: fileURLToPath(PROJECT),
    overrideConfigFile: '.eslint.config.mjs',
    ruleFilter: ({ruleId}) => ruleId === 'maria/visitor-texts',
  });
  for (const filePath of [
    'widget/i18n/locales/en.ts',
    'widget/i18n/dialogs/locales/en.ts',
    'widget/launcher/launcher.ts',
    'server/translations/en.ts',
    'server/responders/texts.ts',
  ]) {
    const [result] = await lint.lintText(`export const text = 'Our system is busy.';\n`, {
      filePath,
    });
    const messages = result?.messages.map(({message}) => message);
    t.same(messages, ['This text has "system": Our system is busy.'], filePath);
  }
});
