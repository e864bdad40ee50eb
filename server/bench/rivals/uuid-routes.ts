import {Type} from 'typebox';

/** Schemas of a rival's request and response, like those of the product's route. */
export const RequestBody = Type.Object({uuid: Type.String()}, {additionalProperties: false});

export const ResponseBody = Type.Object({
  status: Type.Literal('success'),
  uuid: Type.String(),
  message: Type.String(),
  known: Type.Optional(Type.Boolean()),
});

export const PATH = '/uuid';
