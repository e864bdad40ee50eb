import type {LiveEvent} from '../../../server/contract/events.js';

/**
 * Reads Server-Sent Events (WHATWG HTML, section 9.2) whose data are envelopes. `hear` gets null for
 * whatever comes, comments included: the line is alive.
 *
 * @throws what the network gives, and a SyntaxError where the data are no JSON
 */
export const parseEvents = async (
  body: ReadableStream<BufferSource>,
  hear: (event: LiveEvent | null) => void,
) => {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return;
    hear(null);
    // JSON has no line ends of its own.
    const blocks = (rest + value.replaceAll('\r', '')).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const data = dataOf(block);
      if (data) hear(JSON.parse(data) as LiveEvent);
    }
  }
};

const dataOf = (block: string) =>
  block
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length))
    .join('\n');
