import {Type} from 'typebox';

import type {Config} from '../config/config.js';
import {Conversation} from '../contract/conversation.js';
import type {Plugin} from '../http/app-type.js';
import {serveJsonDocument} from '../http/json-document.js';

const PATH = '/api/conversation.schema.json';

/** Publishes the JSON Schema of a conversation, for authors and their editors. */
export const conversationSchemaRoute: Plugin<Pick<Config, 'publicUrl' | 'ratePerMinute'>> = async (
  app,
  {publicUrl, ratePerMinute},
) => {
  const published = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `${publicUrl}${PATH}`,
    title: 'A conversation of Maria Chat',
    ...Conversation,
  };
  serveJsonDocument(app, {
    path: PATH,
    ratePerMinute,
    schema: {
      operationId: 'describeConversation',
      summary: 'The JSON Schema of a conversation',
      description: 'The schema that validates `conversation` when a site’s settings are saved.',
      tags: ['sites'],
    },
    type: JsonSchema,
    read: () => published,
  });
};

const JsonSchema = Type.Unsafe<object>(
  Type.Object({type: Type.String()}, {additionalProperties: true, description: 'A JSON Schema.'}),
);
