/** Icons of the views that are loaded after the panel has opened. */
export const RESTART = 'M4 12a8 8 0 1 0 2.6-5.9M4 4v4.5h4.5';
export const CLIP = 'M20 11l-8 8a5 5 0 0 1-7-7l8-8a3.5 3.5 0 0 1 5 5l-8 8a2 2 0 0 1-3-3l7-7';
export const CHECK = 'M5 12.5 10 17 19 7.5';
export const TRASH = 'M5 7h14M10 7V4h4v3m-7 0 1 13h8l1-13';
export const COPY = 'M9 9h11v11H9zM5 15H4V4h11v1';
export const EDIT = 'M4 20h4L19 9l-4-4L4 16z';
export const FILE = 'M14 3H5v18h14V8zm0 0v5h5';
export const MAIL = 'M3 6h18v12H3zm0 0 9 7 9-7';
