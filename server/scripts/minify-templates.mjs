import {transformSync} from 'esbuild';
import ts from 'typescript';

/** Minifies the style sheets: templates without placeholders that are tagged or marked as CSS. */
export function minifyStyleSheets() {
  const options = {loader: 'css', minify: true, charset: 'utf8'};
  const minifyCss = (css) =>
    trimValues(transformSync(css, options).code.trim()).replaceAll('\\', '\\\\');
  const transform = (code) =>
    code.replace(/(css|\/\* css \*\/ )`([^`]*)`/g, (_, tag, css) => `${tag}\`${minifyCss(css)}\``);
  return {name: 'minify-style-sheets', transform: (code) => ({code: transform(code), map: null})};
}

/** Removes the spaces that esbuild keeps in the values of custom properties. */
function trimValues(css) {
  return css.replace(/--[\w-]+:[^;}]*/g, (declaration) =>
    declaration.replace(/^(--[\w-]+): /, '$1:').replace(/(?<=[,(]) | (?=\))/g, ''),
  );
}

/**
 * Collapses white space in templates that are tagged as HTML. Browsers show it as one space anyway:
 * elements that keep white space contain placeholders only. Removes it at the end of a tag.
 */
export function minifyMarkup() {
  const transform = (code, id) => {
    if (!code.includes('html`')) return null;
    const file = ts.createSourceFile(id, code, ts.ScriptTarget.Latest);
    const parts = templateParts(file);
    const edges = [0, ...parts.flatMap((part) => [part.getStart(file), part.end]), code.length];
    const pieces = edges.slice(1).map((end, at) => code.slice(edges[at], end));
    const collapse = (piece, at) =>
      at % 2 ? piece.replace(/\s+/g, ' ').replaceAll(' >', '>') : piece;
    return {code: pieces.map(collapse).join(''), map: null};
  };
  return {name: 'minify-markup', transform};
}

/** Returns the literal parts of all templates, in the order of the code. */
function templateParts(node) {
  const parts = [];
  if (ts.isTaggedTemplateExpression(node) && node.tag.escapedText === 'html') {
    const {head, templateSpans = []} = node.template;
    parts.push(head ?? node.template);
    for (const {expression, literal} of templateSpans) {
      parts.push(...templateParts(expression), literal);
    }
  } else {
    ts.forEachChild(node, (child) => void parts.push(...templateParts(child)));
  }
  return parts;
}
