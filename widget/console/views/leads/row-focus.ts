const LINKS = '.leads [data-uuid]';

const links = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(LINKS)];

/** Returns the link of the row that has the focus. */
export const focusedLink = (): HTMLElement | null | undefined =>
  document.activeElement?.closest('tr')?.querySelector<HTMLElement>('[data-uuid]');

export const focusedUuid = (): string | undefined => focusedLink()?.dataset['uuid'];

/** Moves the focus to another row; from elsewhere, to the lead that was opened last. */
export const moveFocus = (step: number, opened: string): void => {
  const all = links();
  const at = all.indexOf(focusedLink()!);
  const first = all.find(({dataset}) => dataset['uuid'] === opened) ?? all[0];
  (at < 0 ? first : all[at + step])?.focus();
};

/** Returns a function that gives the focus back to this place of the list, after rows have left. */
export const keepFocus = (): (() => void) => {
  const at = links().indexOf(focusedLink()!);
  return () => {
    const all = links();
    if (at >= 0) (all[at] ?? all.at(-1))?.focus();
  };
};

export const focusRow = (uuid: string): void =>
  links()
    .find(({dataset}) => dataset['uuid'] === uuid)
    ?.focus({preventScroll: true});
