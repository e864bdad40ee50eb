import type {Chat} from '../chat.js';
import type {Messaging} from '../messages/messaging.js';
import {acceptFiles} from '../uploads/accept-files.js';

/** Adds files to the step that asks for them, otherwise to the message that is being written. */
export const addFiles = async (
  {flow, host, status, uploads}: Chat,
  messaging: Readonly<Messaging> | null,
  files: Iterable<File>,
) => {
  if (flow.step?.type === 'upload') await uploads?.add(acceptFiles(host, files));
  else if (messaging?.thread) await messaging.thread.attachments.add(files);
  else status.showToast('filesLater');
};
