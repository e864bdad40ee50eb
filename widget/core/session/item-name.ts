/** Name of a site's value in `localStorage` and `sessionStorage`. */
export const itemName = (site: string, key: string) => `maria-chat:${site}:${key}`;
