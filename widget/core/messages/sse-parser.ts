import type {LiveEvent} from '../../../server/contract/events.js';

/**
 * Parses Server-Sent Events (WHATWG HTML, section 9.2) whose data are events as JSON. The listener
 * gets null for all other data, comments included, because they show that the connection is open.
 *
 * @throws errors of the network, and a SyntaxError for data that are no JSON
 */
export const parseEvents = async (
  body: ReadableStream<BufferSource>,
  onEvent: (event: LiveEvent | null) => void,
) => {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return;
    onEvent(null);
    // JSON has no line ends of its own.
    const blocks = (rest + value.replaceAll('\r', '')).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const data = dataOf(block);
      if (data) onEvent(JSON.parse(data) as LiveEvent);
    }
  }
};

const dataOf = (block: string) =>
  block
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length))
    .join('\n');
