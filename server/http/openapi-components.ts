import {CONVERSATION_COMPONENTS} from '../contract/conversation.js';
import {WEBHOOKS} from './openapi-webhooks.js';

type Json = Record<string, unknown>;

interface Media {
  schema: Json;
  examples?: Record<string, unknown>;
}

interface Operation extends Json {
  requestBody?: {required: boolean};
  responses: Record<string, {content?: Record<string, Media>}>;
}

export interface Description {
  paths: Record<string, Record<string, Operation>>;
  /** Requests that this server sends. */
  webhooks?: unknown;
  components: {schemas?: Json};
}

/**
 * Post-processes the generated document. Schemas with a title appear once, under their title. An
 * error response lists only the codes of its route. An optional body is not required.
 */
export const postProcessOpenApi = (made: Description): Description => {
  const operations = Object.values(made.paths).flatMap((path) => Object.values(path));
  for (const operation of operations) {
    if (operation['x-body-optional'] && operation.requestBody) {
      operation.requestBody.required = false;
    }
    delete operation['x-body-optional'];
    for (const {content = {}} of Object.values(operation.responses)) {
      for (const media of Object.values(content)) restrictErrorCodes(media);
    }
  }
  const schemas: Json = {};
  const paths = extractComponents(made.paths, schemas) as Description['paths'];
  const webhooks = extractComponents(WEBHOOKS, schemas);
  Object.assign(schemas, CONVERSATION_COMPONENTS);
  return {...made, paths, webhooks, components: {...made.components, schemas}};
};

const restrictErrorCodes = (media: Media): void => {
  if (media.schema['title'] !== 'ErrorBody') return;
  const codes = Object.keys(media.examples ?? {});
  media.schema = {
    allOf: [media.schema, {type: 'object', properties: {code: {type: 'string', enum: codes}}}],
  };
};

/** Replaces each schema that has a title by a reference, and adds the schema to `schemas`. */
const extractComponents = (value: unknown, schemas: Json): unknown => {
  if (Array.isArray(value)) return value.map((item): unknown => extractComponents(item, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Json).map(([key, inner]) => [
    key,
    key === 'examples' || key === 'example' ? inner : extractComponents(inner, schemas),
  ]);
  const copy = Object.fromEntries(entries) as Json;
  if (typeof copy['title'] !== 'string') return copy;
  const {title, ...schema} = copy;
  schemas[title] = schema;
  return {$ref: `#/components/schemas/${title}`};
};
