import {css} from './css.js';

/** Motion, and what narrow and low screens ask for. Comes after what it overrules. */
export const screenStyles = css`
  @media (width < 600px), (height < 480px) {
    /* Above the button of another chat. */
    :host(:state(open)) {
      z-index: calc(var(--maria-z-index, 2147483000) + 1) !important;
    }
    :host(:not([mode='inline'])) .panel {
      inset: var(--viewport-top, 0px) 0 auto 0;
      inline-size: 100%;
      block-size: min(var(--viewport-height, 100dvh), 100%);
      border-radius: 0;
      padding: env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom)
        env(safe-area-inset-left);
    }
    .launcher[aria-expanded='true'] {
      display: none;
    }
  }
  @media (height < 480px) {
    .footnote,
    .steps {
      display: none;
    }
    /* The field is needed whole; the log can be scrolled. */
    .log {
      flex-basis: 0;
    }
    .tray {
      max-block-size: none;
    }
  }
  /* A phone on its side has room beside the log, and none below it. */
  @media (height < 480px) and (width >= 560px) {
    :host(:not([mode='inline'])) .main {
      display: grid;
      grid-template: auto 1fr auto / 1fr 1fr;
    }
    .header {
      grid-column: 1 / 3;
    }
    .log,
    .toasts {
      grid-area: 2 / 1;
    }
    .tray {
      grid-area: 2 / 2 / 5;
      border-inline-start: 1px solid var(--border);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .panel,
    .panel *,
    .launcher,
    .launcher * {
      animation: none !important;
      transition: none !important;
    }
  }
  /* A print shows the whole conversation, at the element's place in the page. */
  @media (prefers-contrast: more) {
    .panel {
      --muted: var(--fg);
      --border: var(--edge);
    }
    .bubble {
      outline: 1px solid var(--edge);
    }
  }
  @media (forced-colors: active) {
    .panel,
    .bubble,
    .notice,
    .toast,
    .dialog,
    progress,
    button {
      border: 1px solid;
    }
    /* Grounds are taken away; these are nothing but a ground. */
    .typing i,
    .steps i,
    progress {
      forced-color-adjust: none;
    }
    .typing i,
    .steps i {
      background: CanvasText;
    }
    button:enabled {
      color: ButtonText !important;
    }
    /* The system's grey says it already. */
    button:disabled {
      opacity: 1;
    }
  }
  @media print {
    :host(:state(open)) {
      display: block !important;
      position: static !important;
    }
    :host(:state(open)) .panel {
      position: static;
      inline-size: auto;
      block-size: auto;
      overflow: visible;
      box-shadow: none;
    }
    .inside,
    .main,
    .log {
      display: block;
      block-size: auto;
      overflow: visible;
    }
    .launcher,
    .tray,
    .talk,
    .ask,
    .icon,
    .steps,
    .veil {
      display: none !important;
    }
  }
  @keyframes appear {
    from {
      opacity: 0;
      translate: 0 var(--rise, 8px);
    }
  }
  @keyframes breathe {
    50% {
      opacity: 0.25;
    }
  }
`;
