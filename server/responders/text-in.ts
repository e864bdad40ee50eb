import {CallFailed} from '../outbound/failure.js';

/** What servers send around the text: names, roles, usage, reasoning. All of it is left out. */
type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** The text in a chunk, or in a whole answer, of Chat Completions; undefined where there is none. */
export const extractCompletionText = (value: unknown): string | undefined => {
  if (!isFields(value)) return undefined;
  if (value['error']) throw upstreamError(value['error']);
  const [choice] = Array.isArray(value['choices']) ? (value['choices'] as unknown[]) : [];
  if (!isFields(choice)) return undefined;
  const message = choice['delta'] ?? choice['message'];
  return contentText(isFields(message) ? message['content'] : choice['text']);
};

/** The text in one object of any other form that is understood; undefined where there is none. */
export const extractEventText = (value: unknown): string | undefined => {
  if (Array.isArray(value)) return joined(value);
  if (!isFields(value)) return undefined;
  if (value['type'] === 'error') throw upstreamError(value['error'] ?? value);
  if ('choices' in value || value['error']) return extractCompletionText(value);
  if (Array.isArray(value['messages'])) return joined(value['messages']);
  if (value['type'] === 'text-delta') return contentText(value['delta'] ?? value['textDelta']);
  if (value['type'] === 'item') return contentText(value['content']);
  return contentText(value['text']);
};

/** Several messages in one answer are paragraphs of it. */
const joined = (messages: unknown[]): string | undefined => {
  const texts = messages.flatMap((one) => (isFields(one) ? (contentText(one['text']) ?? []) : []));
  return texts.length > 0 ? texts.join('\n\n') : undefined;
};

/** A string, or a list of parts of which those that are text count. */
const contentText = (content: unknown): string | undefined => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content.filter(
    (part): part is {text: string} => isFields(part) && typeof part['text'] === 'string',
  );
  return texts.length > 0 ? texts.map(({text}) => text).join('') : undefined;
};

const NAME = /^[\w.-]{1,64}$/;

/** Of what the other side says only its names for it: the rest can repeat what it was asked. */
const upstreamError = (error: unknown): CallFailed => {
  const named = isFields(error) ? [error['type'], error['code']] : [];
  const names = named.filter((one) => typeof one === 'string' && NAME.test(one));
  return new CallFailed('upstream_error', {cause: names.join(' ')});
};
