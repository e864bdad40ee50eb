import Schema from 'typebox/schema';

import {callSuccessfully} from './retry-while-busy.js';

export type JsonSchema = Record<string, unknown>;

export interface MediaType {
  schema: JsonSchema;
  example?: unknown;
  examples?: Record<string, {value: unknown}>;
}

export interface Parameter {
  in: 'path' | 'query' | 'header';
  name: string;
  required: boolean;
  description?: string;
  schema: JsonSchema;
  example?: unknown;
}

export interface Operation {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: {required: boolean; content: Record<string, MediaType>};
  responses: Record<
    string,
    {
      description: string;
      headers: Record<string, {schema: JsonSchema; description: string}>;
      content?: Record<string, MediaType>;
    }
  >;
}

export interface OpenApiDocument {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: {schemas: Record<string, JsonSchema>; securitySchemes: Record<string, unknown>};
}

export interface DescribedOperation extends Operation {
  method: string;
  path: string;
}

export const fetchOpenApi = async (url: string): Promise<OpenApiDocument> =>
  (await (
    await callSuccessfully(() => fetch(`${url}/api/openapi.json`))
  ).json()) as OpenApiDocument;

export const getOperations = ({paths}: OpenApiDocument): DescribedOperation[] =>
  Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      ...operation,
      path,
      method: method.toUpperCase(),
    })),
  );

/** Returns the validation errors of a value; empty if it is valid. */
export type Check = (value: unknown) => string[];

export const createCheck = ({components}: OpenApiDocument, schema: JsonSchema): Check => {
  // References such as `#/components/schemas/Session` are read from the schema's own root.
  const compiled = Schema.Compile({...schema, components});
  return (value) => {
    if (compiled.Check(value)) return [];
    const [, errors] = compiled.Errors(value);
    return errors.map(({instancePath, message}) => `${instancePath || '/'} ${message}`);
  };
};
