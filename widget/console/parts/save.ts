import {callForFile} from '../core/api.js';
import {toApiError} from '../core/loader.js';
import {say} from '../texts/texts.js';
import {showDialog} from './dialog.js';

/** Runs a download. If it fails, a dialog shows the error with its request, and can try again. */
export const tryToDownload = async (run: () => Promise<unknown>): Promise<void> => {
  try {
    await run();
  } catch (thrown) {
    const error = toApiError(thrown);
    // The sign-in page is shown.
    if (error.code === 'sign_in_required') return;
    await showDialog({title: say('downloadFailed'), error, action: say('tryAgain'), run});
  }
};

/** Loads the file that the server sends at `/api/owner/PATH`, and saves it. Throws an `ApiError`. */
export const downloadFile = async (path: string): Promise<void> => {
  saveFile(await callForFile(path));
};

/** Saves a file as a download of the browser. */
export const saveFile = (file: File): void => {
  const url = URL.createObjectURL(file);
  followDownload(url, file.name);
  // The browser has begun to read the file by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};

/** Follows a link to a file, which the server sends as an attachment. */
export const followDownload = (url: string, name = ''): void => {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
};
