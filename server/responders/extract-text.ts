import {CallFailed} from '../outbound/call-failed.js';

/**
 * JSON object of a response. Everything except its text is ignored: names, roles, usage, reasoning.
 */
type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** Returns the text of a Chat Completions chunk or response; undefined if there is none. */
export const extractCompletionText = (value: unknown): string | undefined => {
  if (!isFields(value)) return undefined;
  if (value['error']) throw extractError(value['error']);
  const [choice] = Array.isArray(value['choices']) ? (value['choices'] as unknown[]) : [];
  if (!isFields(choice)) return undefined;
  const message = choice['delta'] ?? choice['message'];
  return getContentText(isFields(message) ? message['content'] : choice['text']);
};

/** Returns the text of an object in any other supported format; undefined if there is none. */
export const extractEventText = (value: unknown): string | undefined => {
  if (Array.isArray(value)) return joinParagraphs(value);
  if (!isFields(value)) return undefined;
  if (value['type'] === 'error') throw extractError(value['error'] ?? value);
  if ('choices' in value || value['error']) return extractCompletionText(value);
  if (Array.isArray(value['messages'])) return joinParagraphs(value['messages']);
  if (value['type'] === 'text-delta') return getContentText(value['delta'] ?? value['textDelta']);
  if (value['type'] === 'item') return getContentText(value['content']);
  return getContentText(value['text']);
};

/** Joins several messages of one reply as paragraphs. */
const joinParagraphs = (messages: unknown[]): string | undefined => {
  const texts = messages.flatMap((item) =>
    isFields(item) ? (getContentText(item['text']) ?? []) : [],
  );
  return texts.length > 0 ? texts.join('\n\n') : undefined;
};

/** Returns the text of a string, or of a list of parts; parts that are not text are ignored. */
const getContentText = (content: unknown): string | undefined => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content.filter(
    (part): part is {text: string} => isFields(part) && typeof part['text'] === 'string',
  );
  return texts.length > 0 ? texts.map(({text}) => text).join('') : undefined;
};

const NAME = /^[\w.-]{1,64}$/;

/**
 * Keeps only the type and code of the error: its other fields can repeat the visitor's question.
 */
const extractError = (error: unknown): CallFailed => {
  const candidates = isFields(error) ? [error['type'], error['code']] : [];
  const names = candidates.filter((item) => typeof item === 'string' && NAME.test(item));
  return new CallFailed('upstream_error', {cause: names.join(' ')});
};
