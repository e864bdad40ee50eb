import {html, nothing, render} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import {ApiError} from '../core/api.js';
import {say} from '../texts/texts.js';
import {problem} from './states.js';

interface Dialog {
  title: string;
  body?: TemplateResult;
  /** Label of the button that acts; without it, the dialog only informs. */
  action?: string;
  isDangerous?: boolean;
  /** Label of the other button. */
  close?: string;
  /** Called with the fields of the form. An `ApiError` is shown, and the dialog stays. */
  run?: (fields: FormData) => Promise<unknown>;
  /** Error that the dialog shows at first. */
  error?: ApiError;
}

/**
 * Shows a dialog above the page, until it is closed or its action has succeeded. Without fields, the
 * button that closes it has the focus, because it is the first: Enter does nothing dangerous.
 */
export const showDialog = (dialog: Dialog): Promise<boolean> =>
  new Promise((resolve) => {
    const element = document.createElement('dialog');
    element.setAttribute('aria-labelledby', 'dialog-title');
    let {error} = dialog;
    let isRunning = false;
    let isDone = false;
    const opener = document.activeElement as HTMLElement | null;
    const draw = () => render(content(), element);
    const close = () => element.close();
    const submit = async (event: SubmitEvent) => {
      event.preventDefault();
      if (isRunning) return;
      [isRunning, error] = [true, undefined];
      draw();
      try {
        await dialog.run?.(new FormData(event.target as HTMLFormElement));
        isDone = true;
        close();
      } catch (thrown) {
        if (!(thrown instanceof ApiError)) throw thrown;
        error = thrown;
      } finally {
        isRunning = false;
        draw();
      }
    };
    const content = () =>
      html`<form method="dialog" @submit=${submit}>
        <h2 id="dialog-title">${dialog.title}</h2>
        ${dialog.body ?? nothing} ${error ? problem(error) : nothing}
        <p class="actions">
          <button type="button" class="close" @click=${close}>
            ${dialog.close ?? say(dialog.action ? 'cancel' : 'close')}
          </button>
          ${
            dialog.action
              ? html`<button
                  class=${dialog.isDangerous ? 'danger' : 'primary'}
                  aria-disabled=${String(isRunning)}
                >
                  ${dialog.action}
                </button>`
              : nothing
          }
        </p>
      </form>`;
    element.addEventListener('close', () => {
      element.remove();
      if (opener?.isConnected) opener.focus();
      resolve(isDone);
    });
    draw();
    document.body.append(element);
    element.showModal();
  });
