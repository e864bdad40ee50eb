import type {PanelFocus} from './panel-focus.js';

/** What the code around the panel asks of the element. */
export interface PanelHost extends EventTarget {
  readonly isOpen: boolean;
  readonly isConnected: boolean;
  readonly isInline: boolean;
  /** Matches while the panel fills the screen. */
  readonly isNarrow: MediaQueryList;
  readonly renderRoot: HTMLElement | DocumentFragment;
  readonly panelFocus: PanelFocus;
  close(): Promise<void>;
  requestUpdate(): void;
  /** Files are held over the panel, or no longer. */
  setDropping(isDropping: boolean): void;
  /** The visitor has changed settings that this browser keeps. */
  onSettings(): void;
}
