import {Type} from 'typebox';

/** What a rival takes and answers, described as the product's own route is. */
export const Given = Type.Object({uuid: Type.String()}, {additionalProperties: false});

export const Answered = Type.Object({
  status: Type.Literal('success'),
  uuid: Type.String(),
  message: Type.String(),
  known: Type.Optional(Type.Boolean()),
});

export const PATH = '/uuid';
