/** A property that takes lengths, and no `auto`. */
const LENGTH = 'gap';

/** Attributes that travel as custom properties, which the page's own style sheet can set as well. */
const LOOKS: Record<string, string> = {
  accent: 'color',
  radius: LENGTH,
  'offset-x': LENGTH,
  'offset-y': LENGTH,
  'z-index': 'z-index',
};

export const looks = Object.keys(LOOKS);

/** The attribute as CSS knows it: a length without a unit is in pixels. Null when it is none. */
export const lookOf = (host: Element, look: string) => {
  const given = host.getAttribute(look) ?? '';
  const value = LOOKS[look] === LENGTH && given && !isNaN(Number(given)) ? `${given}px` : given;
  return CSS.supports(LOOKS[look] ?? '', value) ? value : null;
};

export const applyLooks = (host: HTMLElement, changed = looks) => {
  for (const look of changed) {
    const value = lookOf(host, look);
    if (value) host.style.setProperty(`--maria-${look}`, value);
  }
};
