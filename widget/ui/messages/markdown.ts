/** A piece of a line. */
export type Piece =
  | {kind: 'text' | 'strong' | 'em' | 'code'; text: string}
  | {kind: 'link'; text: string; address: URL};

interface Lines {
  kind: 'lines' | 'bullets' | 'numbers';
  lines: Piece[][];
}

export type Block = Lines | {kind: 'code'; text: string};

const PROTOCOLS = ['https:', 'http:', 'mailto:'];
const FENCE = /^\s*```/;
const BULLET = /^\s*[-*•]\s+/;
const NUMBER = /^\s*\d{1,3}[.)]\s+/;
const LINE_MARK = /^(\s*([-*•]|\d{1,3}[.)])|#{1,6})\s+/;
const ADDRESS = String.raw`(?:https?:\/\/|mailto:)[^\s<>()"'*]*[^\s<>()"'*.,;:!?]`;
const LINK = new RegExp(ADDRESS, 'g');
const MARK = new RegExp(
  [
    '`([^`\n]+)`',
    String.raw`\*\*(?=\S)([^*\n]+)\*\*`,
    String.raw`(?<![\w*])[*_](?=\S)([^*_\n]+)[*_](?![\w*])`,
    String.raw`!?\[([^\][\n]*)\]\(([^()\s]*)(?: [^()\n]*)?\)`,
    `(${ADDRESS})`,
  ].join('|'),
  'g',
);

/**
 * The few marks of Markdown (CommonMark's emphasis, code, lists, links) that an answer may have. All
 * else stays the text that it is: no HTML, no pictures; an address only of a kind that browsers show.
 */
export const parseMarkdown = (text: string): Block[] => {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (FENCE.test(line)) {
      const end = lines.findIndex((one, index) => index > at && FENCE.test(one));
      const last = end < 0 ? lines.length : end;
      blocks.push({kind: 'code', text: lines.slice(at + 1, last).join('\n')});
      at = last;
    } else addLine(blocks, line);
  }
  return blocks;
};

/** Recognises only URLs, because visitors do not write Markdown. */
export const readLinks = (text: string): Piece[] =>
  pieces(text, LINK, ([found]) => link(found, found));

const addLine = (blocks: Block[], line: string) => {
  const kind = BULLET.test(line) ? 'bullets' : NUMBER.test(line) ? 'numbers' : 'lines';
  const isEmpty = line.trim() === '';
  let last = blocks.at(-1) as Lines | undefined;
  if (isEmpty || last?.kind !== kind) blocks.push((last = {kind, lines: []}));
  if (!isEmpty) last.lines.push(readLine(line.replace(LINE_MARK, '')));
};

const readLine = (line: string) =>
  pieces(line, MARK, ([whole, code, strong, em, label, target, bare]) => {
    if (code) return {kind: 'code', text: code};
    if (strong) return {kind: 'strong', text: strong};
    if (em) return {kind: 'em', text: em};
    if (bare) return link(bare, bare);
    return link(label || target!, target!) ?? {kind: 'text', text: label || whole};
  });

const pieces = (
  text: string,
  mark: RegExp,
  read: (found: RegExpMatchArray) => Piece | null,
): Piece[] => {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(mark)) {
    const piece = read(match);
    if (!piece) continue;
    if (match.index > end) found.push({kind: 'text', text: text.slice(end, match.index)});
    found.push(piece);
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push({kind: 'text', text: text.slice(end)});
  return found;
};

const link = (text: string, target: string): Piece | null => {
  const address = URL.canParse(target) ? new URL(target) : null;
  // The text before an @ looks like the host, and is not.
  if (!address || address.username || !PROTOCOLS.includes(address.protocol)) return null;
  return {kind: 'link', text, address};
};
