import type {MariaChat} from './element/maria-chat.js';

export type Method =
  | 'open'
  | 'close'
  | 'toggle'
  | 'show'
  | 'hide'
  | 'prefill'
  | 'sendMessage'
  | 'setLang'
  | 'setTheme'
  | 'reset'
  | 'destroy';
/** The script tag's attributes, in camel case, for pages whose tag manager strips `data-…`. */
export type MariaChatSettings = Record<string, string | undefined>;
/** Can be called before the script has loaded. The loader runs the queued calls in order. */
export type MariaChatGlobal = Pick<MariaChat, Method> & {
  (method: string, ...values: unknown[]): Promise<unknown>;
  q?: [string, ...unknown[]][];
  version?: string;
  element?: HTMLElement;
  ready?: Promise<HTMLElement>;
};

declare global {
  interface Window {
    MariaChat?: MariaChatGlobal;
    MariaChatSettings?: MariaChatSettings;
  }
}
