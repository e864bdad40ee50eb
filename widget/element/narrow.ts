/** Then the panel covers the page, and nobody wants that on every page they turn to. */
export const NARROW = '(width<600px),(height<480px)';
