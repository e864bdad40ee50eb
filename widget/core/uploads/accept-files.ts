import {MariaFileAcceptEvent} from '../../events.js';
import type {ChatHost} from '../chat-host.js';

/** Returns the files that the page accepts. */
export const acceptFiles = (host: ChatHost, files: Iterable<File>) =>
  [...files].filter((file) => host.emit(new MariaFileAcceptEvent(file.size, file.type)));
