import {html} from 'lit/html.js';

/** A long name and its end, which begins at one of these signs: joined letters are not torn apart. */
const LONG_NAME = /^(.{12,}?)([-_.\s(].{0,12})$/s;

/** Shortens a name in its middle if it does not fit, because its ends identify it. */
export const fileNameView = (name: string) => {
  const [, start = name, end = ''] = LONG_NAME.exec(name) ?? [];
  const room = `max-inline-size:calc(100% - ${end.length}ch)`;
  return html`<span class="name" title=${name}
    ><bdi><span .style=${room}>${start}</span>${end}</bdi></span
  >`;
};
