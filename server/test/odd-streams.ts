/** A stream as some server writes it. Each stream with a text contains `Grüße, 世界 🎉!`. */
export interface OddStream {
  type?: string;
  status?: number;
  /** Chunks that are sent one by one, each in a separate packet. */
  chunks: (string | Buffer)[];
  /** Text that the visitor reads. */
  says?: string;
  /** Reason why the stream is not a valid reply, with a part of its content. */
  fails?: string;
}

const TEXT = 'Grüße, 世界 🎉!';
const chunk = (content: unknown) =>
  JSON.stringify({choices: [{index: 0, delta: {content}, finish_reason: null}]});
const event = (content: unknown) => `data: ${chunk(content)}\n\n`;
const DONE = 'data: [DONE]\n\n';
const HALVES = ['Grüße, 世', '界 🎉!'] as const;

const bytewise = (text: string): Buffer[] => {
  const bytes = Buffer.from(text);
  return Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
};

export const ODD_STREAMS: Record<string, OddStream> = {
  'as it is written': {chunks: [...HALVES.map(event), DONE], says: TEXT},
  'no [DONE]': {chunks: HALVES.map(event), says: TEXT},
  'byte by byte, in the middle of characters and lines': {
    chunks: bytewise(event(HALVES[0]) + event(HALVES[1]) + DONE),
    says: TEXT,
  },
  'a chunk with empty choices before and after, with usage': {
    chunks: [
      'data: {"choices":[],"prompt_filter_results":[]}\n\n',
      event(TEXT),
      'data: {"choices":[],"usage":{"total_tokens":7}}\n\n',
      DONE,
    ],
    says: TEXT,
  },
  'no choices at all': {chunks: ['data: {"object":"ping"}\n\n', event(TEXT), DONE], says: TEXT},
  'comments as signs of life': {
    chunks: [': OPENROUTER PROCESSING\n\n', ':\n', event(TEXT), ': bye\n\n', DONE],
    says: TEXT,
  },
  'CRLF, cut between CR and LF': {
    chunks: [
      `data: ${chunk(HALVES[0])}\r`,
      `\n\r\ndata: ${chunk(HALVES[1])}\r\n\r\n`,
      'data: [DONE]\r\n',
    ],
    says: TEXT,
  },
  'data: without a space': {chunks: [`data:${chunk(TEXT)}\n\ndata:[DONE]\n\n`], says: TEXT},
  'no empty lines': {
    chunks: [`data: ${chunk(HALVES[0])}\ndata: ${chunk(HALVES[1])}\ndata: [DONE]\n`],
    says: TEXT,
  },
  'names and ids of events': {
    chunks: [`event: message\nid: 7\nretry: 100\ndata: ${chunk(TEXT)}\n\n`, DONE],
    says: TEXT,
  },
  'an object over several data lines': {
    chunks: [`data: {"choices":\ndata: [{"delta":{"content":"${TEXT}"}}]}\n\n`, DONE],
    says: TEXT,
  },
  'a role, null and nothing between the words': {
    chunks: [
      'data: {"choices":[{"delta":{"role":"assistant"}}]}\n\n',
      event(null),
      event(TEXT),
      'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
      DONE,
    ],
    says: TEXT,
  },
  'half a character at the end of one chunk, half in the next': {
    chunks: [
      'data: {"choices":[{"delta":{"content":"Grüße, 世界 \\ud83c"}}]}\n\n',
      'data: {"choices":[{"delta":{"content":"\\udf89!"}}]}\n\n',
      DONE,
    ],
    says: TEXT,
  },
  'content as parts': {chunks: [event([{type: 'text', text: TEXT}]), DONE], says: TEXT},
  'reasoning beside the answer': {
    chunks: ['data: {"choices":[{"delta":{"reasoning_content":"Hm."}}]}\n\n', event(TEXT), DONE],
    says: TEXT,
  },
  'the whole answer as JSON, though a stream was asked for': {
    type: 'application/json',
    chunks: [JSON.stringify({choices: [{message: {role: 'assistant', content: TEXT}}]})],
    says: TEXT,
  },
  'a stream that says it is JSON': {
    type: 'application/json; charset=utf-8',
    chunks: [...HALVES.map(event), DONE],
    says: TEXT,
  },
  'control characters and turned direction': {
    chunks: [event('a\u202eb\u0000c\u2066d\u0007\r\ne\u{e0041}\tf'), DONE],
    says: 'abcd\ne\tf',
  },
  'words after [DONE]': {chunks: [event(TEXT), DONE, event('more')], says: TEXT},
  'an error object in the stream': {
    chunks: [event('Gr'), 'data: {"error":{"message":"overloaded","code":529}}\n\n'],
    fails: 'upstream_error',
    says: 'Gr',
  },
  'an error object with status 200': {
    type: 'application/json',
    chunks: ['{"error":{"message":"no such model for sk-secret","type":"not_found"}}'],
    fails: 'upstream_error',
  },
  'half an object, then the end': {chunks: [event('Gr'), 'data: {"choi'], fails: 'cut', says: 'Gr'},
  'an object that never ends': {
    chunks: ['data: {"choices":[\n', 'data: 1,\n'.repeat(300_000)],
    fails: 'bad_answer',
  },
  'nothing at all': {chunks: [DONE], fails: 'empty_answer'},
  'what is no JSON': {chunks: ['data: hello\n\n'], fails: 'bad_answer'},
  'a page of a proxy': {
    type: 'text/html',
    chunks: ['<html>Welcome</html>'],
    fails: 'bad_answer',
  },
  'a key that is wrong': {
    type: 'application/json',
    status: 401,
    chunks: ['{"error":{"message":"Incorrect API key provided: sk-secret"}}'],
    fails: 'http_error',
  },
};
