/** Attributes that set custom properties. The page's style sheet can set the same properties. */
const STYLE_ATTRIBUTES: Record<string, string> = {
  accent: 'color',
  // A property that accepts lengths, and not `auto`.
  radius: 'gap',
  'offset-x': 'gap',
  'offset-y': 'gap',
  'z-index': 'z-index',
};

export const styleAttributes = Object.keys(STYLE_ATTRIBUTES);

/** Returns the CSS value of an attribute, in px without a unit; undefined if it is invalid. */
export const cssValueOf = (host: Element, look: string) => {
  const given = host.getAttribute(look) ?? '';
  return [`${given}px`, given].find((value) => CSS.supports(STYLE_ATTRIBUTES[look]!, value));
};

export const applyStyleAttributes = (host: HTMLElement, changed = styleAttributes) => {
  // An empty value removes the property.
  for (const look of changed)
    host.style.setProperty(`--maria-${look}`, cssValueOf(host, look) ?? '');
};
