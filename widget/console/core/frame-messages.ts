/** Message from the console to the frame that draws the pages of a PDF. */
export interface ShowMessage {
  bytes: ArrayBuffer;
  /** Label of a page, with `{page}` and `{total}`. */
  label: string;
  /** Text below the last page that is shown, with `{count}`. */
  more: string;
  isDark: boolean;
}

/** Message from the console: how many times as wide as the frame the pages are. */
export interface ZoomMessage {
  zoom: number;
}

/** Message from the frame. `alive` is sent all the time, so that a frame that hangs is noticed. */
export type FrameMessage =
  | {type: 'ready' | 'alive' | 'shown'}
  | {type: 'height'; height: number}
  | {type: 'failed'; reason: 'password' | 'broken'};
