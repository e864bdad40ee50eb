/** In a file of its own, because the first chunk of the widget needs this limit and no other. */
export const MAX_NAME_LENGTH = 100;
