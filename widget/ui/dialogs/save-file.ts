const REVOKE_AFTER_MS = 60_000;

/** Hands a file to the browser's own downloads: an address, or what was made here. */
export const saveFile = (what: string | Blob, name = '') => {
  const isMade = typeof what !== 'string';
  const link = document.createElement('a');
  link.href = isMade ? URL.createObjectURL(what) : what;
  link.rel = 'noopener';
  // An address of another host may answer with a page, which must not take the place of this one.
  if (isMade) link.download = name;
  else link.target = '_blank';
  link.click();
  // Some browsers begin to read only after the click.
  if (isMade) setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_AFTER_MS);
};
