import type Axe from 'axe-core';
import 'axe-core';

declare const axe: Pick<typeof Axe, 'run'>;

/** What axe finds wrong, told so that the place is found. */
export const violations = async (chat: Element) => {
  const {violations: found} = await axe.run(chat, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: {region: {enabled: false}},
  });
  return found.map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html).join(' | ')}`);
};
