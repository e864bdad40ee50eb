import {element} from './playground-dom.js';

/**
 * Fills a list of tabs. `panels` has the id of the element that each tab controls. Returns the
 * function that chooses a tab by its name.
 */
export function drawTabs(list, panels, onChoose) {
  for (const [name, panel] of Object.entries(panels)) {
    const tab = element('button', {type: 'button', textContent: name, role: 'tab'});
    tab.setAttribute('aria-controls', panel);
    tab.addEventListener('click', () => choose(name));
    list.append(tab);
  }
  list.addEventListener('keydown', ({key, target}) => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[key];
    if (!step) return;
    const tabs = [...list.children];
    const next = tabs.at((tabs.indexOf(target) + step) % tabs.length);
    next.focus();
    choose(next.textContent);
  });

  function choose(name) {
    for (const tab of list.children) {
      const isChosen = tab.textContent === name;
      tab.setAttribute('aria-selected', isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
    }
    onChoose(name);
  }
  return choose;
}
