import {html} from 'lit';

const PATHS = {
  send: 'M12 19V5m0 0-6 6m6-6 6 6',
  close: 'M6 6l12 12M18 6 6 18',
  restart: 'M4 12a8 8 0 1 0 2.6-5.9M4 4v4.5h4.5',
  clip: 'M20 11.5 12 19.4a5 5 0 0 1-7-7l8.3-8.3a3.4 3.4 0 0 1 4.8 4.8l-8.3 8.2a1.7 1.7 0 0 1-2.4-2.4l7.5-7.4',
  file: 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zm0 0v5h5',
  check: 'M5 12.5 10 17 19 7.5',
  alert: 'M12 8v5m0 3.4v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  trash: 'M5 7h14M10 7V4h4v3m-7 0 1 13h8l1-13',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  mail: 'M3 6h18v12H3zm0 .5 9 7 9-7',
};

export const icon = (name: keyof typeof PATHS) =>
  html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]}></path></svg>`;
