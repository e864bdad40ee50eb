/** Returns the text of a field of a form, without the space around it. */
export const readField = (fields: FormData, name: string): string => {
  const value = fields.get(name);
  return typeof value === 'string' ? value.trim() : '';
};

/** Returns the text of a field of the form that is submitted. */
export const readSubmitted = ({target}: Event, name: string): string =>
  readField(new FormData(target as HTMLFormElement), name);
