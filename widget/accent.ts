/** The accent travels as a custom property, which the page's own style sheet can set as well. */
export const applyAccent = (host: HTMLElement, accent: string | null | undefined) => {
  if (accent && CSS.supports('color', accent)) host.style.setProperty('--maria-accent', accent);
};
