/**
 * `<maria-chat>` in the JSX of React 19: `import type {} from 'maria-chat/react'`. Types alone; what
 * they name of our own is what the build makes.
 */
import type {DetailedHTMLProps, HTMLAttributes} from 'react';

import type {MariaChat, MariaChatAttributes} from '../dist/widget-types/index.js';

/** React listens to `maria-complete` by a property `onmaria-complete`. */
type Listeners = {
  [
    Name in keyof GlobalEventHandlersEventMap as Name extends `maria-${string}`
      ? `on${Name}`
      : never
  ]?: (event: GlobalEventHandlersEventMap[Name]) => void;
};

type Props = DetailedHTMLProps<HTMLAttributes<MariaChat>, MariaChat> &
  MariaChatAttributes &
  Listeners;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'maria-chat': Props;
    }
  }
}
