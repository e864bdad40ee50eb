import type {PanelFocus} from './panel-focus.js';

/** Functions and state that the code around the panel needs from the element. */
export interface PanelHost extends EventTarget {
  readonly isOpen: boolean;
  readonly isConnected: boolean;
  /** Matches while the panel fills the screen, unless it is a part of the page. */
  readonly isNarrow: MediaQueryList;
  readonly isFullScreen: boolean;
  readonly renderRoot: HTMLElement | DocumentFragment;
  readonly panelFocus: Readonly<PanelFocus>;
  close(): Promise<void>;
  requestUpdate(): void;
}
