import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {Funnel, FunnelStep} from '../../../../server/contract/owner-funnel.js';
import {call, toSearch} from '../../core/api.js';
import type {Context, View} from '../../core/context.js';
import {Loader} from '../../core/loader.js';
import type {Place} from '../../core/router.js';
import {urlOf} from '../../core/router.js';
import {readSubmitted} from '../../parts/fields.js';
import {saveFile} from '../../parts/save.js';
import {emptyState, whenLoaded} from '../../parts/states.js';
import {addStyles} from '../../parts/styles.js';
import {funnelStyles} from '../../styles/funnel.js';
import {dayOf, formatCount, formatPercent} from '../../texts/format.js';
import type {TextKey} from '../../texts/texts.js';
import {say, sayCount} from '../../texts/texts.js';
import en from '../../texts/en.js';
import {stepName} from '../steps.js';
import {bar, dayLine} from './chart.js';
import {toCsv} from './csv.js';

addStyles(funnelStyles);

const RANGES = [7, 30, 90, 365] as const;
const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** Creates the page that shows where visitors stop. */
export const createFunnel = (context: Context, place: Place): View => {
  const key = 'site' in place ? place.site : '';
  const funnel = new Loader<Funnel>(context.update);
  const search = new URLSearchParams(location.search);
  const read = (name: string) => (DAY.test(search.get(name) ?? '') ? search.get(name)! : undefined);
  const days = RANGES.find((range) => String(range) === search.get('days'));
  const from = read('from') ?? dayBefore((days ?? 30) - 1);
  const to = read('to') ?? dayBefore(0);
  const isOwnRange = Boolean(read('from') ?? read('to'));

  const load = () =>
    funnel.load(() => call(`sites/${encodeURIComponent(key)}/funnel`, {query: {from, to}}));
  const openRange = (event: SubmitEvent) => {
    event.preventDefault();
    const query = {from: readSubmitted(event, 'from'), to: readSubmitted(event, 'to')};
    context.go(urlOf.ofSite(key, 'funnel', toSearch(query)));
  };

  const ranges = () =>
    html`<div class="ranges">
      <nav class="tabs" aria-label=${say('range')}>
        ${RANGES.map(
          (range) =>
            html`<a
              href=${urlOf.ofSite(key, 'funnel', `?days=${range}`)}
              aria-current=${!isOwnRange && range === (days ?? 30) ? 'true' : nothing}
              >${sayCount('days', range)}</a
            >`,
        )}
      </nav>
      <form class="inline" @submit=${openRange}>
        <label>${say('from')} <input type="date" name="from" required .value=${from} /></label>
        <label>${say('to')} <input type="date" name="to" required .value=${to} /></label>
        <button>${say('show')}</button>
      </form>
    </div>`;

  const content = (value: Funnel): TemplateResult => {
    const most = Math.max(...value.steps.map(({reached}) => reached));
    if (most === 0) return emptyState(say('funnelEmpty'), say('funnelEmptyText'));
    return html`<p class="note">
        ${say('funnelNote')}
        ${say('beforeNote', {
          from: dayOf(value.before.from),
          to: dayOf(value.before.to),
        })}
      </p>
      <ol class="bars" aria-hidden="true">
        ${value.steps.map((step) => barRow(step, value, most))}
      </ol>
      ${table(value)}`;
  };

  void load();
  return {
    title: () => say('funnel'),
    site: () => key,
    render: () =>
      html`<div class="head">
          <h1>${say('funnel')}</h1>
          ${
            funnel.value
              ? html`<button type="button" @click=${() => saveCsv(funnel.value!, key)}>
                  ${say('exportCsv')}
                </button>`
              : nothing
          }
        </div>
        ${ranges()} ${whenLoaded(funnel, content, load)}`,
    keys: [],
    onChanged: (change) => {
      if (!change && funnel.error) void load();
    },
  };
};

const dayBefore = (days: number): string =>
  new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);

const reachedBefore = ({before}: Funnel, {counter}: FunnelStep): number =>
  before.steps.find((step) => step.counter === counter)?.reached ?? 0;

const barRow = (step: FunnelStep, value: Funnel, most: number) => {
  const name = nameOf(step, value);
  const before = reachedBefore(value, step);
  const counts = value.days.map((day) => day.counts[step.counter] ?? 0);
  return html`<li>
    <span class="name">${nameWithId(step, value)}</span>
    ${bar({reached: step.reached, left: step.left, before}, most, name)}
    <span class="figures"
      ><strong>${formatCount(step.reached)}</strong> ${
        step.left
          ? html`<span class="note"
              >${sayCount('leftHere', step.left, {share: formatPercent(step.left_share ?? 0)})}</span
            >`
          : nothing
      }</span
    >
    ${dayLine(counts, name)}
  </li>`;
};

/** Returns the name of a bar: that of its step, or of what every site has. */
const nameOf = ({step: id, type}: FunnelStep, {conversation}: Funnel): string => {
  const step = conversation.steps.find((one) => one.id === id);
  if (step) return stepName(step);
  const key = `funnel_${type}`;
  return key in en ? say(key as TextKey) : type;
};

/** Shows the ID of a step only if its name does not say which one it is. */
const nameWithId = (step: FunnelStep, value: Funnel) => {
  const name = nameOf(step, value);
  const isNamedTwice = value.steps.filter((one) => nameOf(one, value) === name).length > 1;
  const needsId = isNamedTwice || name === say('funnel_deleted');
  return html`<bdi dir="auto">${name}</bdi>
    ${step.step && needsId ? html`<code class="note">${step.step}</code>` : nothing}`;
};

const table = (value: Funnel) =>
  html`<table class="figures-table">
    <caption>
      ${say('figures')}
    </caption>
    <thead>
      <tr>
        <th scope="col">${say('step')}</th>
        <th scope="col" class="right">${say('reached')}</th>
        <th scope="col" class="right">${say('left')}</th>
        <th scope="col" class="right">${say('leftShare')}</th>
        <th scope="col" class="right">${say('before')}</th>
      </tr>
    </thead>
    <tbody>
      ${value.steps.map(
        (step) =>
          html`<tr>
            <th scope="row" class="name">${nameWithId(step, value)}</th>
            <td class="right">${formatCount(step.reached)}</td>
            <td class="right">${step.left === null ? '–' : formatCount(step.left)}</td>
            <td class="right">
              ${step.left_share === null ? '–' : formatPercent(step.left_share)}
            </td>
            <td class="right">${formatCount(reachedBefore(value, step))}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;

const saveCsv = (value: Funnel, key: string) => {
  const head = [
    say('step'),
    say('stepId'),
    say('reached'),
    say('left'),
    say('leftShare'),
    say('before'),
  ];
  const rows = value.steps.map((step) => [
    nameOf(step, value),
    step.step ?? '',
    step.reached,
    step.left ?? '',
    step.left_share ?? '',
    reachedBefore(value, step),
  ]);
  const name = `funnel-${key}-${value.from}-${value.to}.csv`;
  saveFile(new File([toCsv([head, ...rows])], name, {type: 'text/csv'}));
};
