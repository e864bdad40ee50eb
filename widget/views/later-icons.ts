import {PATHS, drawIcon, iconButton as buttonWith} from './icons.js';

/** With those that only the later views show. */
const LATER_PATHS = {
  ...PATHS,
  restart: 'M4 12a8 8 0 1 0 2.6-5.9M4 4v4.5h4.5',
  clip: 'M20 11.5 12 19.4a5 5 0 0 1-7-7l8.3-8.3a3.4 3.4 0 0 1 4.8 4.8l-8.3 8.2a1.7 1.7 0 0 1-2.4-2.4l7.5-7.4',
  check: 'M5 12.5 10 17 19 7.5',
  trash: 'M5 7h14M10 7V4h4v3m-7 0 1 13h8l1-13',
  download: 'M12 4v11m0 0-4.5-4.5M12 15l4.5-4.5M5 20h14',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  edit: 'M4 20h4L19 9l-4-4L4 16z',
  mail: 'M3 6h18v12H3zm0 .5 9 7 9-7',
};

export const icon = (name: keyof typeof LATER_PATHS) => drawIcon(LATER_PATHS[name]);

export const iconButton = (
  name: keyof typeof LATER_PATHS,
  ...rest: ParametersAfterFirst<typeof buttonWith>
) => buttonWith(icon(name), ...rest);

type ParametersAfterFirst<F> = F extends (first: never, ...rest: infer R) => unknown ? R : never;
