import type {CSSResult} from 'lit';

import type {Chat} from '../core/chat.js';
import type {DialogControls, DialogHost} from '../ui/dialog-host.js';
import type {LazyParts} from './lazy-parts.js';

interface DialogControlsHost {
  readonly chat: Chat | null;
  readonly dialogs: DialogHost;
  readonly parts: LazyParts;
  adopt(sheets: CSSResult[]): void;
  applySettings(): void;
  whenUpdated(): Promise<unknown>;
}

/** Creates what views do with dialogs, whose code is loaded when it is needed. */
export const createDialogControls = (host: DialogControlsHost): DialogControls => {
  const controls: DialogControls = {
    async open(name) {
      const chat = host.chat!;
      try {
        const {openDialog} = await host.parts.loadIntake();
        const onSettings = () => host.applySettings();
        const adopt = (sheets: CSSResult[]) => host.adopt(sheets);
        const deps = {chat, dialogs: controls, host: host.dialogs, onSettings, adopt};
        await openDialog(deps, name);
      } catch {
        chat.status.showMissing(true);
      }
    },
    close: () => host.dialogs.close(),
    async exportConversation(kind, path = []) {
      const chat = host.chat!;
      host.dialogs.close();
      await host.whenUpdated();
      await host.parts.intake?.exportConversation({chat}, kind, path);
    },
  };
  return controls;
};
