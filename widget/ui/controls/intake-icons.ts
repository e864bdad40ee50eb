/** Icons of the views that are loaded after the panel has opened. */
export const RESTART = 'M4 12a8 8 0 1 0 2.6-5.9M4 4v4.5h4.5';
export const CLIP =
  'M20 11.5 12 19.4a5 5 0 0 1-7-7l8.3-8.3a3.4 3.4 0 0 1 4.8 4.8l-8.3 8.2a1.7 1.7 0 0 1-2.4-2.4l7.5-7.4';
export const CHECK = 'M5 12.5 10 17 19 7.5';
export const TRASH = 'M5 7h14M10 7V4h4v3m-7 0 1 13h8l1-13';
export const COPY = 'M9 9h11v11H9zM5 15H4V4h11v1';
export const EDIT = 'M4 20h4L19 9l-4-4L4 16z';
export const FILE = 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zm0 0v5h5';
export const MAIL = 'M3 6h18v12H3zm0 .5 9 7 9-7';
