import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import {languageName} from '../../texts/format.js';
import {say, sayCount} from '../../texts/texts.js';
import type {ListState} from './filter.js';
import {countFilters} from './filter.js';

/** Languages of the widget, in which visitors write. */
const LOCALES = ['en', 'es', 'fr', 'de', 'pt', 'ar'];

/** Shows the filters, which are folded as long as they are not needed. */
export const filterForm = (
  state: ListState,
  change: (changes: Partial<ListState>) => void,
): TemplateResult => {
  const set = ({target}: Event) => {
    const {name, value} = target as HTMLInputElement;
    change({[name]: value});
  };
  const count = countFilters(state);
  const option = (name: 'files' | 'locale', value: string, text: string) =>
    html`<option value=${value} .selected=${state[name] === value}>${text}</option>`;
  return html`<details class="filters">
    <summary>${count > 0 ? sayCount('filtersSet', count) : say('filters')}</summary>
    <form @change=${set} @submit=${(event: Event) => event.preventDefault()}>
      <label>${say('from')} <input type="date" name="from" .value=${state.from} /></label>
      <label>${say('to')} <input type="date" name="to" .value=${state.to} /></label>
      <label
        >${say('documents')}
        <select name="files">
          ${option('files', '', say('any'))} ${option('files', 'true', say('withFiles'))}
          ${option('files', 'false', say('withoutFiles'))}
        </select></label
      >
      <label
        >${say('language')}
        <select name="locale">
          ${option('locale', '', say('any'))}
          ${LOCALES.map((tag) => option('locale', tag, languageName(tag)))}
        </select></label
      >
      ${
        count > 0
          ? html`<button
              type="button"
              @click=${() => change({from: '', to: '', files: '', locale: ''})}
            >
              ${say('clearFilters')}
            </button>`
          : nothing
      }
    </form>
  </details>`;
};
