import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import {localise} from '../../../server/contract/localise.js';
import type {OwnerSite, SeenOrigin} from '../../../server/contract/owner-sites.js';
import {call} from '../core/api.js';
import type {Context, View} from '../core/context.js';
import {Loader} from '../core/loader.js';
import type {Place} from '../core/router.js';
import {codeBlock, shape} from '../parts/controls.js';
import {whenLoaded} from '../parts/states.js';
import {addStyles} from '../parts/styles.js';
import {siteStyles} from '../styles/site.js';
import {formatCount, formatSize, fullTime} from '../texts/format.js';
import type {TextKey} from '../texts/texts.js';
import {languageTag, say} from '../texts/texts.js';
import type {Step} from './steps.js';
import {stepName} from './steps.js';

addStyles(siteStyles);

const WAYS = [
  ['script_tag', 'wayScript'],
  ['element', 'wayElement'],
  ['pinned', 'wayPinned'],
  ['tag_manager', 'wayTagManager'],
] as const satisfies readonly (readonly [keyof OwnerSite['install'], TextKey])[];

/** Creates the page of a site: how it is installed, and how it is set. */
export const createSite = (context: Context, place: Place): View => {
  const key = 'site' in place ? place.site : '';
  const site = new Loader<OwnerSite>(context.update);
  const load = () => site.load(() => call(`sites/${encodeURIComponent(key)}`));
  let way: (typeof WAYS)[number][0] = 'script_tag';

  const install = ({install}: OwnerSite) => {
    const ways = WAYS.filter(([name]) => install[name]);
    const [, text] = ways.find(([name]) => name === way) ?? ways[0]!;
    return html`<section>
      <h2>${say('install')}</h2>
      <div class="choice" role="group" aria-label=${say('install')}>
        ${ways.map(([name, label]) => {
          const choose = () => {
            way = name;
            context.update();
          };
          return html`<button type="button" aria-pressed=${String(way === name)} @click=${choose}>
            ${say(label)}
          </button>`;
        })}
      </div>
      ${codeBlock(say(text), install[way] ?? install.script_tag)}
      <details>
        <summary>${say('cspTitle')}</summary>
        <p class="note">${say('cspText')}</p>
        ${codeBlock(say('cspLine'), install.csp)}
      </details>
    </section>`;
  };

  const content = (value: OwnerSite): TemplateResult =>
    html`<div class="site-page">
      ${install(value)} ${origins(value)} ${limits(value)} ${texts(value)}
    </div>`;

  void load();
  return {
    title: () => say('site'),
    site: () => key,
    render: () =>
      html`<div class="head"><h1>${site.value?.name ?? say('site')}</h1></div>
        ${whenLoaded(site, content, load)}`,
    onChanged: () => void load(),
  };
};

const origins = ({allowed_origins, origins, was_opened, commands}: OwnerSite) =>
  html`<section>
    <h2>${say('origins')}</h2>
    <p class="note">${say(allowed_origins.length > 0 ? 'originsText' : 'originsNone')}</p>
    <ul class="lines">
      ${allowed_origins.map((origin) => html`<li><code>${origin}</code></li>`)}
    </ul>
    <h3>${say('seenOrigins')}</h3>
    ${
      origins.length === 0
        ? html`<p class="note">${say(was_opened ? 'noOrigins' : 'waitingForVisit')}</p>`
        : html`<ul class="lines">
            ${origins.map(seen)}
          </ul>`
    }
    ${codeBlock(say('commandOrigin'), commands.add_origin)}
  </section>`;

const seen = ({origin, last_at, is_refused}: SeenOrigin) =>
  html`<li>
    ${shape(is_refused ? 'warning' : 'done')} <code>${origin}</code>
    ${is_refused ? html`<strong>${say('originRefused')}</strong>` : nothing}
    <span class="note">${fullTime(last_at)}</span>
  </li>`;

const limits = ({config, refuse_active_content, commands}: OwnerSite) => {
  const {max_files, min_files, max_file_bytes} = config.limits;
  return html`<section>
    <h2>${say('limits')}</h2>
    <dl class="facts">
      ${fact('limitFiles', formatCount(max_files))} ${fact('limitMinFiles', formatCount(min_files))}
      ${fact('limitSize', formatSize(max_file_bytes))}
      ${fact('limitActive', say(refuse_active_content ? 'yes' : 'no'))}
      ${fact('privacyUrl', config.privacy_url ?? say('none'))}
    </dl>
    <p class="note">${say('changeByCommand')}</p>
    ${codeBlock(say('commandShow'), commands.show)} ${codeBlock(say('commandSet'), commands.set)}
  </section>`;
};

const fact = (label: TextKey, value: string) =>
  html`<div>
    <dt>${say(label)}</dt>
    <dd>${value}</dd>
  </div>`;

/** Shows the conversation, step by step, in the words of the site. */
const texts = ({config}: OwnerSite) =>
  html`<section>
    <h2>${say('conversationSteps')}</h2>
    <p class="note">${say('defaultText')}</p>
    <ol class="steps">
      ${config.conversation.steps.map(stepLine)}
    </ol>
  </section>`;

/** The text of a question or of a statement is its name. */
const stepLine = (step: Step) => {
  const name = stepName(step);
  const own = step.text ? localise(step.text, languageTag()) : '';
  return html`<li>
    <strong dir="auto">${name}</strong>
    ${own && own !== name ? html`<p dir="auto">${own}</p>` : nothing}
  </li>`;
};
