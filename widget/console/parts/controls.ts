import {html, nothing, svg} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import {say} from '../texts/texts.js';

/** Shows a text that a visitor typed, in its own direction. */
export const typed = (text: string): TemplateResult => html`<bdi dir="auto">${text}</bdi>`;

/** Shows a button that copies a text, and says so on its label for a moment. */
export const copyButton = (text: string, label = say('copy')): TemplateResult => {
  const copy = async ({currentTarget}: Event) => {
    const button = currentTarget as HTMLButtonElement;
    const isCopied = await copyText(text);
    button.dataset['done'] = say(isCopied ? 'copied' : 'notCopied');
    setTimeout(() => delete button.dataset['done'], 2_000);
  };
  return html`<button type="button" class="copy" @click=${copy}>
    <span>${label}</span>
  </button>`;
};

const copyText = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
};

/** Shows lines of code with a button that copies them. */
export const codeBlock = (title: string, code: string): TemplateResult =>
  html`<figure class="code">
    <figcaption>${title} ${copyButton(code)}</figcaption>
    <pre tabindex="0" aria-label=${title}><code>${code}</code></pre>
  </figure>`;

interface MenuItem {
  text: string;
  run?: () => unknown;
  href?: string;
  isDangerous?: boolean;
}

/** Shows a button that opens a list of actions. */
export const menuButton = (
  id: string,
  label: string,
  items: readonly MenuItem[],
  note = '',
): TemplateResult =>
  html`<button type="button" popovertarget=${id}>${label}</button>
    <div id=${id} popover class="menu" @toggle=${place} @keydown=${moveInMenu}>
      ${note ? html`<p class="note">${note}</p>` : nothing}
      ${items.map(({text, run, href, isDangerous}) => {
        const choose = ({currentTarget}: Event) => {
          (currentTarget as HTMLElement).closest<HTMLElement>('[popover]')?.hidePopover();
          run?.();
        };
        return href
          ? html`<a href=${href} @click=${choose}>${text}</a>`
          : html`<button type="button" class=${isDangerous ? 'danger' : ''} @click=${choose}>
              ${text}
            </button>`;
      })}
    </div>`;

/** Places a menu below its button, inside the window. */
const place = (event: Event) => {
  if ((event as ToggleEvent).newState !== 'open') return;
  const menu = event.currentTarget as HTMLElement;
  const button = document.querySelector(`[popovertarget="${menu.id}"]`);
  if (!button) return;
  const {left, right, bottom, top} = button.getBoundingClientRect();
  const {offsetWidth: width, offsetHeight: height} = menu;
  const isRtl = getComputedStyle(menu).direction === 'rtl';
  const wanted = isRtl ? left : right - width;
  const x = Math.max(8, Math.min(wanted, innerWidth - width - 8));
  const y = bottom + height + 12 > innerHeight ? Math.max(8, top - height - 4) : bottom + 4;
  menu.style.setProperty('left', `${x}px`);
  menu.style.setProperty('top', `${y}px`);
  menu.querySelector<HTMLElement>('a, button')?.focus();
};

const moveInMenu = (event: KeyboardEvent) => {
  const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...(event.currentTarget as Element).querySelectorAll<HTMLElement>('a, button')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length) % items.length]?.focus();
};

/** Shapes of states, which differ without their colours. */
const SHAPES = {
  open: svg`<circle cx="8" cy="8" r="5.5" fill="currentColor" />`,
  pending: svg`<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2" />
    <path d="M8 3a5 5 0 0 1 0 10z" fill="currentColor" />`,
  visit: svg`<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2"
    stroke-dasharray="2.2 3" />`,
  done: svg`<path d="m3 8.5 3.5 3.5L13 4.5" fill="none" stroke="currentColor" stroke-width="2"
    stroke-linecap="round" stroke-linejoin="round" />`,
  no: svg`<path d="m4 4 8 8m0-8-8 8" fill="none" stroke="currentColor" stroke-width="2"
    stroke-linecap="round" />`,
  file: svg`<path d="M4 1.5h5l3.5 3.5v9.5H4zM9 1.5V5h3.5" fill="none" stroke="currentColor"
    stroke-width="1.5" stroke-linejoin="round" />`,
  warning: svg`<path d="M8 2 1.5 13.5h13zM8 6.5v3.2m0 1.6v.4" fill="none" stroke="currentColor"
    stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round" />`,
};
export type Shape = keyof typeof SHAPES;

export const shape = (name: Shape): TemplateResult =>
  html`<svg class="shape ${name}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    ${SHAPES[name]}
  </svg>`;
