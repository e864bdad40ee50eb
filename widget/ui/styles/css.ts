import {unsafeCSS} from 'lit';

/** Makes a style sheet. Those of the widget have no placeholders, which Lit's own function is for. */
export const css = ([text]: TemplateStringsArray) => unsafeCSS(text);
