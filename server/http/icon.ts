export const MARK =
  '<rect width="32" height="32" rx="9" fill="#5646df"/><path d="M9 23V10l7 8 7-8v13" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/>';

/** Icon of every page. Without one, browsers request a default icon, which our policy forbids. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${MARK}</svg>`;
