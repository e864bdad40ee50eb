/** Creates an icon of 24 by 24 units with DOM calls. */
export const svgIcon = (path: string) => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.appendChild(document.createElementNS(svg.namespaceURI, 'path')).setAttribute('d', path);
  return svg;
};
