let lastId = 0;

export const find = (selector) => document.querySelector(selector);

export const newId = () => `made-${++lastId}`;

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** A button with a sign instead of words. Its name is `words`, then the text of the element `aboutId`. */
export function signButton(sign, words, aboutId) {
  const id = newId();
  const button = element('button', {type: 'button', className: 'sign', title: words, id}, sign);
  button.setAttribute('aria-label', words);
  if (aboutId) button.setAttribute('aria-labelledby', `${id} ${aboutId}`);
  return button;
}
