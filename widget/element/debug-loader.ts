import type {DebugHost} from '../debug/debug-host.js';

/** Loads the debug panel if the attribute `debug` asks for it. */
export const showDebugPanel = async (element: DebugHost) => {
  if (element.debug === null || element.debug === 'false') return;
  const {DebugPanel} = await import('../debug/debug-panel.js');
  DebugPanel.show(element);
};
