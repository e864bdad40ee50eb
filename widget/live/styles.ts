import {css} from 'lit';

export const styles = css`
  .talk {
    flex: none;
    padding: 8px 12px 12px;
    border-block-start: 1px solid var(--line);
  }
  .talk .field {
    align-items: flex-end;
  }
  textarea {
    flex: 1;
    min-inline-size: 0;
    min-block-size: 48px;
    max-block-size: 132px;
    padding: 12px 14px;
    border: 1px solid var(--edge);
    border-radius: 14px;
    background: var(--bg);
    color: var(--fg);
    font: inherit;
    font-size: 16px;
    line-height: 1.4;
    resize: none;
    overflow-wrap: anywhere;
  }
  textarea:focus-visible {
    outline: 2px solid var(--accent-text);
    outline-offset: -1px;
    border-color: transparent;
  }
  .talk .attach {
    display: grid;
    block-size: 48px;
    margin: 0;
    cursor: pointer;
  }
  .attach:focus-within {
    outline: 2px solid var(--accent-text);
  }
  .attached {
    display: flex;
    align-items: center;
    gap: 8px;
    margin-block-start: 6px;
    padding: 6px 10px;
    border: 1px solid var(--edge);
    border-radius: 12px;
    background: var(--bg);
    color: var(--fg);
  }
  .talk .attached {
    margin-block: 0 6px;
  }
  .attached .about {
    flex: 1;
    min-inline-size: 0;
  }
  .attached .name {
    display: block;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .delivery {
    display: block;
    margin-block-start: 4px;
    font-size: 12px;
  }
  .delivery .link {
    min-block-size: 24px;
    padding: 0 4px;
    color: inherit;
    text-decoration: underline;
  }
  .bubble :is(p, ul, ol, pre) {
    margin-block: 0 6px;
  }
  .bubble :is(p, ul, ol, pre):last-child {
    margin-block-end: 0;
  }
  .bubble :is(ul, ol) {
    padding-inline-start: 20px;
    list-style: revert;
  }
  .bubble pre,
  .bubble code {
    font-family: ui-monospace, monospace;
    font-size: 0.9em;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .bubble a {
    color: inherit;
    text-decoration: underline;
  }
  .place {
    font-size: 0.85em;
    overflow-wrap: anywhere;
  }
`;
