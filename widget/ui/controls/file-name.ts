import {html} from 'lit';

/** A name with its end, which begins at one of these signs, so that no joined letters are torn apart. */
const NAME = /^(.{9,}?)([-_.\s(].{0,12})$/s;

/** Shortens a name in its middle if it does not fit, because its ends identify it. */
export const fileNameView = (name: string) => {
  const [, start = name, end] = NAME.exec(name) ?? [];
  return html`<span class="name" title=${name}
    ><bdi><span>${start}</span>${end}</bdi></span
  >`;
};
