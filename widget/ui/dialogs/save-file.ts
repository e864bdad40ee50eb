const REVOKE_AFTER_MS = 60_000;

/** Saves a file with the browser's own downloads: a URL, or a file that was created here. */
export const saveFile = (file: string | Blob, name = '') => {
  const isCreated = typeof file !== 'string';
  const link = document.createElement('a');
  link.href = isCreated ? URL.createObjectURL(file) : file;
  // Another host may respond with a page, which must not replace this one.
  if (isCreated) link.download = name;
  else link.target = '_blank';
  link.click();
  // Some browsers begin to read after the click, so the URL must live longer.
  if (isCreated) setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_AFTER_MS);
};
