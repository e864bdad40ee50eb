import {css} from './css.js';

export const questionStyles = css`
  .question > .hint {
    margin-block-end: 6px;
  }
`;
