/** Hooks with which scripts of a page change every Lit on it, and a check for older browsers. */
const HOOKS = /\w+\.(?:reactiveElement|litElement|litHtml)(?:Polyfill|Hydrate)Support/g;
const STYLE_SHEET_CHECK = /\w+\.ShadowRoot&&.*?"replace"in CSSStyleSheet\.prototype/;
/** Modules of Lit that have them. */
const PLACES = [
  [/reactive-element\.js$/, HOOKS, 'undefined'],
  [/lit-(?:element|html)\.js$/, HOOKS, 'undefined'],
  [/css-tag\.js$/, STYLE_SHEET_CHECK, 'true'],
];

/**
 * Removes what the widget's copy of Lit does not need: hooks for polyfills and for hydration, which a
 * page may have for a Lit of its own, and style elements instead of adopted style sheets, which all
 * supported browsers have. Fails if a new version of Lit does not have them.
 */
export function removeLitFallbacks() {
  function transform(code, id) {
    if (!/node_modules.(?:@lit|lit-)/.test(id)) return null;
    const place = PLACES.find(([file]) => file.test(id));
    if (!place) return null;
    const [, pattern, value] = place;
    const shorter = code.replace(pattern, value);
    if (shorter === code) this.error(`${id} has no ${pattern}. Adapt the pattern, or remove it.`);
    return {code: shorter, map: null};
  }
  return {name: 'remove-lit-fallbacks', transform};
}
