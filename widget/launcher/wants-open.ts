import {readStored} from './stored-value.js';

interface Opening {
  site?: string | undefined;
  mode?: string | undefined;
  open?: string | undefined;
}

/** Whether the panel opens with the page. */
export const wantsOpen = ({site, open, mode}: Opening) =>
  mode === 'inline' || open === 'true' || (open !== 'false' && readStored(site!, 'open'));
