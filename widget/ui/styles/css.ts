/** Makes a style sheet. */
export const css = ([text]: TemplateStringsArray) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text!);
  return sheet;
};
