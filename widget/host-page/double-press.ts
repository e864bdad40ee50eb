/** Longest time, and farthest distance, between the two presses of a double press by a finger. */
const DOUBLE_PRESS_MS = 400;
const DOUBLE_PRESS_PX = 30;

let last = {timeStamp: -Infinity, clientX: 0, clientY: 0};

/**
 * Ignores the second press of a double press on a button. It is meant for what the first press has
 * replaced: the launcher that has become a *Send* button, or the question before this one.
 */
export const ignoreSecondPresses = (root: ShadowRoot) =>
  root.addEventListener('click', ignoreSecondPress, {capture: true});

const ignoreSecondPress = (event: Event) => {
  const press = event as PointerEvent;
  // Pressed by a key or by a script.
  if (press.detail === 0) return;
  const isSecond = isSecondPress(press);
  // Not the event itself, which would keep the element in memory.
  const {timeStamp, clientX, clientY} = press;
  last = {timeStamp, clientX, clientY};
  if (!isSecond || !(press.composedPath()[0] as Element).closest('button, a')) return;
  press.preventDefault();
  press.stopImmediatePropagation();
};

/** Browsers count the presses of a mouse. They do not count those of a finger. */
const isSecondPress = (press: PointerEvent) =>
  press.detail > 1 ||
  (isByFinger(press) &&
    press.timeStamp - last.timeStamp < DOUBLE_PRESS_MS &&
    Math.hypot(press.clientX - last.clientX, press.clientY - last.clientY) < DOUBLE_PRESS_PX);

/** Older browsers do not tell a pointer's type in a click. */
const isByFinger = ({pointerType}: Partial<PointerEvent>) =>
  pointerType ? pointerType !== 'mouse' : matchMedia('(pointer: coarse)').matches;
