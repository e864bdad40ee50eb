import type {CSSResult} from 'lit';

import type {DialogDeps, DialogHost, DialogName, ExportKind} from '../dialog-host.js';

interface OpenDeps extends DialogDeps {
  host: DialogHost;
  adopt(sheets: CSSResult[]): void;
}

/** Loads the dialogs and their texts when the first of them is opened. */
export const openDialog = (deps: OpenDeps, name: DialogName) =>
  tryToLoad(deps, async () => {
    const {createDialog, loadDialogTexts, styles} = await import('./dialogs.js');
    await loadDialogTexts(deps.chat.language.tag);
    deps.chat.status.showMissing(false);
    deps.adopt(styles);
    deps.host.show(createDialog(name, deps));
  });

export const exportConversation = (
  deps: Pick<OpenDeps, 'chat'>,
  kind: ExportKind,
  path: EventTarget[],
) =>
  tryToLoad(deps, async () => {
    const [tools, exports] = await Promise.all([import('./dialogs.js'), import('./export.js')]);
    if (kind === 'saveTranscript') exports.saveTranscript(deps.chat, tools);
    else exports.printConversation(path);
  });

const tryToLoad = async ({chat}: Pick<OpenDeps, 'chat'>, work: () => Promise<void>) => {
  try {
    await work();
  } catch (error) {
    chat.host.onLoadError(error);
    chat.status.showToast('notLoaded');
  }
};
