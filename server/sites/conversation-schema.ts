import {Type} from 'typebox';

import {Conversation} from '../contract/conversation.js';
import type {App} from '../http/app-type.js';
import {answers} from '../http/answers.js';

const PATH = '/api/conversation.schema.json';

/** Where editors, and whoever writes a conversation, find what it may say. */
export const conversationSchemaRoute = (app: App, publicUrl: string): void => {
  const published = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: new URL(PATH, publicUrl).href,
    title: 'A conversation of Maria Chat',
    ...Conversation,
  };
  const schema = {
    operationId: 'describeConversation',
    summary: 'The JSON Schema of a conversation',
    description: 'What `conversation` in a site’s settings is checked with when they are saved.',
    tags: ['sites'],
    security: [],
    response: answers({200: JsonSchema}, [], {unlimited: true}),
  };
  app.get(PATH, {schema}, () => published);
};

const JsonSchema = Type.Unsafe<object>(
  Type.Object({type: Type.String()}, {additionalProperties: true, description: 'A JSON Schema.'}),
);
