/** Attributes that travel as custom properties, which the page's own style sheet can set as well. */
const LOOKS: Record<string, string> = {
  accent: 'color',
  // A property that takes lengths, and no `auto`.
  radius: 'gap',
  'offset-x': 'gap',
  'offset-y': 'gap',
  'z-index': 'z-index',
};

export const looks = Object.keys(LOOKS);

/** The attribute as CSS knows it: a length without a unit is in pixels. Undefined when it is none. */
export const lookOf = (host: Element, look: string) => {
  const given = host.getAttribute(look) ?? '';
  return [`${given}px`, given].find((value) => CSS.supports(LOOKS[look]!, value));
};

export const applyLooks = (host: HTMLElement, changed = looks) => {
  for (const look of changed) {
    const value = lookOf(host, look);
    if (value) host.style.setProperty(`--maria-${look}`, value);
  }
};
