import type {Lead} from '../../../../server/contract/owner-leads.js';
import type {Key} from '../../core/keys.js';
import {focusedLink, focusedUuid, keepFocus, moveFocus} from './row-focus.js';
import type {Selection} from './selection.js';

interface ListKeys {
  selection: Selection;
  shownLeads: () => readonly Lead[];
  /** Marks the selected leads. */
  markSelected: () => unknown;
  /** Marks one lead as done, or opens it again. */
  markOne: (lead: Lead) => Promise<unknown>;
  /** UUID of the lead that was opened last. */
  getOpened: () => string;
}

/** Returns the keys of the list, which act on the row that has the focus. */
export const createListKeys = ({
  selection,
  shownLeads,
  markSelected,
  markOne,
  getOpened,
}: ListKeys): readonly Key[] => {
  const markFocused = async () => {
    const uuid = focusedUuid();
    const lead = shownLeads().find((one) => one.uuid === uuid);
    if (!lead) return;
    const restore = keepFocus();
    await markOne(lead);
    queueMicrotask(restore);
  };
  const selectFocused = () => {
    const uuid = focusedUuid();
    const shown = shownLeads().map((lead) => lead.uuid);
    if (uuid) selection.toggle(uuid, shown, false);
  };
  return [
    {keys: 'j', text: 'keyNext', run: () => moveFocus(1, getOpened())},
    {keys: 'k', text: 'keyPrevious', run: () => moveFocus(-1, getOpened())},
    {keys: 'Enter', text: 'keyOpen', run: () => focusedLink()?.click()},
    {keys: 'x', text: 'keySelect', run: selectFocused},
    {
      keys: 'e',
      text: 'keyDone',
      run: () => void (selection.size > 0 ? markSelected() : markFocused()),
    },
    {keys: '/', text: 'keySearch', run: () => find('.search')?.focus()},
    {keys: 'Escape', text: 'keyClear', run: () => selection.clear()},
  ];
};

/** Handles Enter and Escape in the search: to the first row, and back to the whole list. */
export const leaveSearch = (event: KeyboardEvent): void => {
  const field = event.target as HTMLInputElement;
  if (event.key === 'Enter') {
    // Firefox would open the lead that gets the focus with the same press.
    event.preventDefault();
    find('.leads [data-uuid]')?.focus();
  }
  if (event.key !== 'Escape') return;
  field.value = '';
  field.dispatchEvent(new Event('input', {bubbles: true}));
  field.blur();
};

const find = (selector: string) => document.querySelector<HTMLElement>(selector);
