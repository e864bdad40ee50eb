import t from 'tap';

interface Problem {
  line: number;
  problem: string;
}

// dist/server/test/ -> the project
const {findProblems} = (await import(
  new URL('../../../server/scripts/plain-language.mjs', import.meta.url).href
)) as {findProblems: (markdown: string) => Problem[]};

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
