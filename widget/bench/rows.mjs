const bytes = (value) => value.toLocaleString('en');
const ms = (value) => `${Math.round(value)} ms`;
const plain = (value) => String(value);
const share = (value) => value.toFixed(4);

/** Less is better in each row. `of` takes a visit, and returns null if the widget has no such value. */
export const ROWS = [
  {what: 'before opening: bytes', of: ({before}) => before.bytes, shown: bytes},
  {what: 'before opening: requests', of: ({before}) => before.requests, shown: plain},
  {what: 'before opening: script time', of: ({before}) => before.scriptMs, shown: ms},
  {what: 'before opening: long tasks', of: ({before}) => before.longTasks, shown: plain},
  {what: 'before opening: blocking time', of: ({before}) => before.blockingMs, shown: ms},
  {what: 'before opening: layout shift', of: ({before}) => before.layoutShift, shown: share},
  {what: 'opened: bytes', of: ({opened}) => opened.bytes, shown: bytes},
  {what: 'opened: requests', of: ({opened}) => opened.requests, shown: plain},
  {what: 'opened: script time', of: ({opened}) => opened.scriptMs, shown: ms},
  {what: 'opened: long tasks', of: ({opened}) => opened.longTasks, shown: plain},
  {what: 'opened: blocking time', of: ({opened}) => opened.blockingMs, shown: ms},
  {what: 'opened: layout shift', of: ({opened}) => opened.layoutShift, shown: share},
  {what: 'press to a usable field', of: ({fieldMs}) => fieldMs, shown: ms},
  {what: 'page to a usable field', of: ({hurriedMs}) => hurriedMs, shown: ms},
  {what: 'the same on a slow connection', of: ({farMs}) => farMs, shown: ms},
];

/** Returns each row with the median of each widget. The first widget is ours. */
export function judge(visitsOfEach) {
  return ROWS.map(({what, of, shown}) => {
    const values = visitsOfEach.map((visits) => median(visits.map(of)));
    const [ours, ...theirs] = values.map((value) =>
      value === null ? null : Number(shownAs(value)),
    );
    const best = Math.min(...theirs.filter((value) => value !== null));
    const verdict = ours < best ? 'ahead' : ours === best ? 'level' : 'behind';
    return {what, cells: values.map((value) => (value === null ? '-' : shown(value))), verdict};
  });
}

/** Rounds as the table does: two values that look the same there are level. */
const shownAs = (value) => (value < 1 ? value.toFixed(4) : Math.round(value));

const median = (values) => {
  if (values.includes(null)) return null;
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
};

export function asTable(names, rows) {
  const lines = [
    ['', ...names, 'Maria Chat is'],
    ...rows.map(({what, cells, verdict}) => [what, ...cells, verdict]),
  ];
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  const row = (line) => `| ${line.map((cell, i) => pad(cell, widths[i], i)).join(' | ')} |`;
  const rule = widths.map((width, i) =>
    i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [row(lines[0]), `| ${rule.join(' | ')} |`, ...lines.slice(1).map(row)].join('\n');
}

const pad = (cell, width, column) => (column === 0 ? cell.padEnd(width) : cell.padStart(width));
