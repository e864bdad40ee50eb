import type {LiveEvent} from '../../../server/contract/events.js';

/**
 * Parses Server-Sent Events (WHATWG HTML, section 9.2). The server writes each event as JSON in one
 * line. The listener gets null for all other data, comments included, because they show that the
 * connection is open.
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
    const lines = (rest + value).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      if (line.startsWith('data:')) onEvent(JSON.parse(line.slice('data:'.length)) as LiveEvent);
    }
  }
};
