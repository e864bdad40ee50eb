/** Hooks with which scripts of a page change every Lit on it, and a check for older browsers. */
const HOOKS = /\w+\.(?:reactiveElement|litElement|litHtml)(?:Polyfill|Hydrate)Support/g;
const STYLE_SHEET_CHECK = /\w+\.ShadowRoot&&.*?"replace"in CSSStyleSheet\.prototype/;

/**
 * Removes what the widget's copy of Lit does not need: hooks for polyfills and for hydration, which a
 * page may have for a Lit of its own, and style elements instead of adopted style sheets, which all
 * supported browsers have.
 */
export function removeLitFallbacks() {
  const transform = (code, id) =>
    /node_modules.(?:@lit|lit-)/.test(id)
      ? {code: code.replace(HOOKS, 'undefined').replace(STYLE_SHEET_CHECK, 'true'), map: null}
      : null;
  return {name: 'remove-lit-fallbacks', transform};
}
