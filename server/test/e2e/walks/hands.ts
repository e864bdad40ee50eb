import type {ElementExpression, InputTab} from '../browsers/tab.js';
import {find} from '../browsers/visitor.js';

/** Ways in which a visitor operates the controls of a page. */
export interface Hand {
  /** Presses a button. */
  activate(button: ElementExpression): Promise<void>;
  /** Selects an option of a list, by its radio button or check box. */
  select(input: ElementExpression): Promise<void>;
  write(field: ElementExpression, text: string): Promise<void>;
  /** Sends the text of a field by its button, or with a key. */
  send(field: ElementExpression, button: ElementExpression): Promise<void>;
  chooseFiles(paths: string[]): Promise<void>;
}

/** Field for files, which is visible only as its label. */
const PICKER = find('#picker');
const PICKER_LABEL = find('label[for=picker]');

export const createMouse = (tab: InputTab): Hand => ({
  activate: (button) => tab.click(button),
  select: (input) => tab.click(input),
  write: (field, text) => tab.type(field, text),
  send: (_field, button) => tab.click(button),
  chooseFiles: (paths) => tab.choose(PICKER, paths),
});

export const createTouch = (tab: InputTab): Hand => ({
  activate: (button) => tab.tap(button),
  select: (input) => tab.tap(input),
  write: async (field, text) => {
    await tab.tap(field);
    await tab.enter(text);
  },
  send: (_field, button) => tab.tap(button),
  chooseFiles: (paths) => tab.chooseInDialog(() => tab.tap(PICKER_LABEL), paths),
});

/** Moves only with the Tab and arrow keys. */
export const createKeyboard = (tab: InputTab): Hand => {
  const activate = async (button: ElementExpression) => {
    await reach(tab, button);
    await tab.press('Enter');
  };
  return {
    activate,
    select: async (input) => {
      if (await tab.read<boolean>(`${input}.type === 'radio'`)) return selectRadio(tab, input);
      await reach(tab, input);
      await tab.press(' ');
    },
    write: async (field, text) => {
      await reach(tab, field);
      await tab.enter(text);
    },
    send: async (field, button) => {
      // In a text area, Enter breaks the line.
      if (await tab.read<boolean>(`${field}.localName === 'textarea'`)) return activate(button);
      await reach(tab, field);
      await tab.press('Enter');
    },
    chooseFiles: async (paths) => {
      await reach(tab, PICKER);
      await tab.chooseInDialog(() => tab.press('Enter'), paths);
    },
  };
};

const MAX_KEYS = 80;

/** The focused element, also within shadow roots. */
const FOCUSED = `(() => {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  return focused;
})()`;

const reach = async (tab: InputTab, element: ElementExpression): Promise<void> => {
  for (let i = 0; i < MAX_KEYS; i++) {
    const way = await tab.read<'here' | 'back' | 'on'>(`((focused, wanted) => {
      if (focused === wanted) return 'here';
      const isInSameRoot = focused.getRootNode() === wanted.getRootNode();
      const isBefore = focused.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_PRECEDING;
      return isInSameRoot && isBefore ? 'back' : 'on';
    })(${FOCUSED}, ${element})`);
    if (way === 'here') return;
    await tab.press(way === 'back' ? 'Shift+Tab' : 'Tab');
  }
  const name = await tab.read<string>(`${FOCUSED}.outerHTML`);
  throw new Error(`Tab never reached ${element}; the focus is on ${name}.`);
};

/** The group is one stop of the Tab key; arrow keys select within it. */
const selectRadio = async (tab: InputTab, input: ElementExpression): Promise<void> => {
  const group = `[...${input}.getRootNode().querySelectorAll('input[type=radio]')]`;
  const [first = '', focused = ''] = [`${group}[0]`, `${group}.includes(${FOCUSED})`];
  if (!(await tab.read<boolean>(focused))) await reach(tab, first);
  await tab.press(' ');
  for (let i = 0; i < MAX_KEYS; i++) {
    if (await tab.read<boolean>(`${input}.checked`)) return;
    await tab.press('ArrowDown');
  }
  throw new Error(`The arrow keys never selected ${input}.`);
};
