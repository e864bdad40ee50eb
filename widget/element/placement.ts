/** Protects the element from the page while it is on the page. */
export const protect = async (element: HTMLElement) => {
  const {protectElement, releaseElement} = await import('../host-page/protect.js');
  if (element.isConnected) protectElement(element);
  else releaseElement(element);
};

/** Moves an inline element to the place that the page names. */
export const moveToTarget = (element: HTMLElement) => {
  const selector = element.getAttribute('target');
  const target = selector ? document.querySelector(selector) : null;
  if (target && !target.contains(element)) target.append(element);
};
