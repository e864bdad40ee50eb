/** Attributes that travel as custom properties, which the page's own style sheet can set as well. */
const STYLE_ATTRIBUTES: Record<string, string> = {
  accent: 'color',
  // A property that takes lengths, and no `auto`.
  radius: 'gap',
  'offset-x': 'gap',
  'offset-y': 'gap',
  'z-index': 'z-index',
};

export const styleAttributes = Object.keys(STYLE_ATTRIBUTES);

/** The attribute as CSS knows it: a length without a unit is in pixels. Undefined when it is none. */
export const cssValueOf = (host: Element, look: string) => {
  const given = host.getAttribute(look) ?? '';
  return [`${given}px`, given].find((value) => CSS.supports(STYLE_ATTRIBUTES[look]!, value));
};

export const applyStyleAttributes = (host: HTMLElement, changed = styleAttributes) => {
  for (const look of changed) {
    const value = cssValueOf(host, look);
    if (value) host.style.setProperty(`--maria-${look}`, value);
  }
};
