const REVOKE_AFTER_MS = 60_000;

/** Saves a file with the browser's own downloads: a URL, or a file that was created here. */
export const saveFile = (file: string | Blob, name = '') => {
  const link = document.createElement('a');
  // Another host may respond with a page, which must not replace this one.
  if (typeof file === 'string') Object.assign(link, {href: file, target: '_blank'});
  else Object.assign(link, {href: URL.createObjectURL(file), download: name});
  link.click();
  // Some browsers begin to read after the click, so the URL must live longer.
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_AFTER_MS);
};
