import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {
  CorrectedLead,
  LeadConsents,
  LeadMessage,
  LeadPage,
} from '../../../../server/contract/owner-lead.js';
import type {ApiError} from '../../core/api.js';
import {call} from '../../core/api.js';
import type {Context, View} from '../../core/context.js';
import {siteOf} from '../../core/context.js';
import {Loader, toApiError} from '../../core/loader.js';
import {createRefresher} from '../../core/refresher.js';
import type {Place} from '../../core/router.js';
import {urlOf} from '../../core/router.js';
import {copyButton, menuButton, shape, typed} from '../../parts/controls.js';
import {downloadFile, tryToDownload} from '../../parts/save.js';
import {errorText, problem, whenLoaded} from '../../parts/states.js';
import {addStyles} from '../../parts/styles.js';
import {leadStyles} from '../../styles/lead.js';
import {say, sayCount} from '../../texts/texts.js';
import {askToErase} from '../leads/actions.js';
import {STATES, shapeOf} from '../leads/row.js';
import {answersCard, consentsCard, contactCard} from './cards.js';
import {askToCorrect} from './correct.js';
import {createDocuments} from './documents.js';
import {loadMessages} from './load-messages.js';
import {tombstone} from './tombstone.js';
import {openDetailsForPrint} from './print.js';
import {createTrail} from './trail.js';
import {transcript} from './transcript.js';

addStyles(leadStyles);

type Part = 'talk' | 'file';

/** The details have their own entry in the history, so that _Back_ closes them on a phone. */
const readPart = (): Part =>
  (history.state as {part?: Part} | null)?.part === 'file' ? 'file' : 'talk';

/** Creates the page of one lead. */
export const createLead = (context: Context, place: Place): View => {
  const uuid = place.page === 'lead' ? place.uuid : '';
  const {update, notify} = context;
  const path = `leads/${uuid}`;
  const page = new Loader<LeadPage>(update);
  const messages = new Loader<LeadMessage[]>(update);
  /** Consents of an erased lead. Before that, they are on its page. */
  const consents = new Loader<LeadConsents>(update);
  const trail = createTrail(path, update);
  const documents = createDocuments(update);
  let part = readPart();
  /** How far each part is scrolled, while the other one is shown. */
  const places: Record<Part, number> = {talk: 0, file: 0};
  let isSaving = false;
  let isLinkStopped = false;

  const isErased = () => page.error?.code === 'erased';
  const isUnknown = () => !page.value && page.error?.code === 'not_found';
  const loadPage = async () => {
    await page.load(() => call<LeadPage>(path));
    if (page.value) void trail.loadSteps(page.value.lead.site);
    if (!isErased()) return;
    // The title of the page has the name.
    page.value = undefined;
    await loadConsents();
  };
  const loadConsents = () => consents.load(() => call<LeadConsents>(`${path}/consents`));
  const load = createRefresher(() =>
    Promise.all([loadPage(), messages.load(() => loadMessages(path)), trail.load()]),
  );
  const isOwner = () => siteOf(context, page.value?.lead.site)?.role === 'owner';

  /** Runs a change, and reports its success or its error. */
  const run = async (change: () => Promise<unknown>, success: string) => {
    if (isSaving) return;
    isSaving = true;
    update();
    try {
      await change();
      notify(success);
    } catch (error) {
      notify(errorText(toApiError(error)));
    }
    isSaving = false;
    void load();
  };
  const patch = async (body: object) => {
    const {lead, link_stopped} = await call<CorrectedLead>(path, {method: 'PATCH', body});
    if (page.value) page.value = {...page.value, lead};
    isLinkStopped = link_stopped;
  };
  const toggleDone = () => {
    const status = page.value?.lead.status === 'done' ? 'open' : 'done';
    void run(() => patch({status}), sayCount(status === 'done' ? 'markedDone' : 'markedOpen', 1));
  };
  const sendLink = () =>
    run(() => call(`${path}/verification`, {method: 'POST'}), say('linkSentAgain'));
  const correct = async () => {
    if (page.value && (await askToCorrect(page.value.lead, patch))) {
      notify(say(isLinkStopped ? 'linkStopped' : 'corrected'));
      void load();
    }
  };
  const erase = async () => {
    const {name, email} = page.value?.lead ?? {};
    const who = name || email || uuid.slice(0, 8);
    if (!(await askToErase(1, () => call(path, {method: 'DELETE'}), who))) return;
    notify(sayCount('erasedCount', 1));
    // The button that had the focus disappears.
    document.querySelector<HTMLElement>('main')?.focus();
    page.value = undefined;
    void load();
  };
  const downloadAll = () =>
    tryToDownload(() => {
      const saved = downloadFile(`${path}/export`);
      notify(say('exportStarts'), saved);
      return saved;
    });

  const neighbour = (step: number) => {
    const at = context.neighbours.indexOf(uuid);
    return at < 0 ? undefined : context.neighbours[at + step];
  };
  const goTo = (step: number) => {
    const next = neighbour(step);
    if (next) closeDetails(() => context.go(urlOf.lead(next), {replace: true}));
  };
  /** Leaves the entry of the details in the history, and calls `then` at that of the lead. */
  const closeDetails = (then: () => void) => {
    if (part === 'talk') return then();
    addEventListener('popstate', then, {once: true});
    history.back();
  };
  const back = () => {
    const site = page.value?.lead.site ?? context.account.sites[0]?.key;
    return site ? urlOf.ofSite(site, 'leads') : urlOf.home;
  };
  /** The list is usually the entry before this one, which has its filters and its place. */
  const goBack = (event?: Event) => {
    event?.preventDefault();
    closeDetails(() => {
      if (context.neighbours.includes(uuid) && history.length > 1) history.back();
      else context.go(back());
    });
  };

  const menu = () =>
    menuButton('lead-menu', say('more'), [
      ...(isOwner() ? [{text: say('correct'), run: () => void correct()}] : []),
      ...(page.value?.lead.state === 'pending' || page.value?.lead.pending_email
        ? [{text: say('sendLinkAgain'), run: () => void sendLink()}]
        : []),
      {text: say('downloadAll'), run: () => void downloadAll()},
      {text: say('print'), run: () => print()},
      ...(isOwner() ? [{text: say('erase'), run: () => void erase(), isDangerous: true}] : []),
    ]);

  const header = ({lead}: LeadPage) =>
    html`<p class="no-print crumbs">
        <a href=${back()} @click=${goBack}>${say('backToLeads')}</a>
        <span> ${stepLink(-1, say('previousLead'))} ${stepLink(1, say('nextLead'))} </span>
      </p>
      <div class="head">
        <div class="who-is">
          <h1>${lead.name ? typed(lead.name) : lead.email ? typed(lead.email) : say('noName')}</h1>
          <p class="note">
            ${shape(shapeOf(lead))} ${say(lead.status === 'done' ? 'isDone' : STATES[lead.state])} ·
            ${say('reference')} <code>${uuid.slice(0, 8)}</code>
            <span class="no-print">${copyButton(uuid, say('copyReference'))}</span>
          </p>
        </div>
        <p class="actions no-print">
          <button
            type="button"
            class=${lead.status === 'done' ? '' : 'primary'}
            aria-disabled=${String(isSaving)}
            @click=${toggleDone}
          >
            ${say(lead.status === 'done' ? 'markOpen' : 'markDone')}
          </button>
          ${menu()}
        </p>
      </div>`;
  const stepLink = (step: -1 | 1, label: string) => {
    const next = neighbour(step);
    if (!next) return nothing;
    const open = (event: Event) => {
      event.preventDefault();
      goTo(step);
    };
    const sign = html`<i aria-hidden="true">${step < 0 ? '‹' : '›'}</i>`;
    return html`<a class="button plain step" href=${urlOf.lead(next)} title=${label} @click=${open}
      >${step < 0 ? sign : nothing}<span>${label}</span>${step > 0 ? sign : nothing}</a
    >`;
  };

  const showPart = () => {
    const next = readPart();
    if (next === part) return;
    places[part] = scrollY;
    part = next;
    update();
    queueMicrotask(() => scrollTo(0, places[next]));
  };
  const partButton = (name: Part, text: string) => {
    const show = () => {
      if (part === name) return;
      if (name === 'talk') return closeDetails(() => undefined);
      history.pushState({part: name}, '');
      showPart();
    };
    return html`<button type="button" aria-pressed=${String(part === name)} @click=${show}>
      ${text}
    </button>`;
  };

  const content = (value: LeadPage): TemplateResult =>
    html`${header(value)}
      <div class="choice parts no-print" role="group" aria-label=${say('partsOfLead')}>
        ${partButton('talk', say('conversation'))} ${partButton('file', say('details'))}
      </div>
      <div class="lead" data-part=${part}>
        <section class="talk" aria-labelledby="talk-title">
          <h2 id="talk-title">${say('conversation')}</h2>
          ${whenLoaded(messages, (list) => transcript(value, list, documents.buttons), load)}
        </section>
        <div class="side">
          ${documents.card(value.files)} ${contactCard(value.lead)} ${answersCard(value.answers)}
          ${consentsCard(value.consents)} ${trail.card()}
        </div>
      </div>`;

  const unknown = (error: ApiError): TemplateResult =>
    html`${problem(error)}
      <p><a class="button" href=${back()}>${say('backToLeads')}</a></p>`;

  void load();
  const stopPrinting = openDetailsForPrint();
  return {
    title: () => page.value?.lead.name ?? page.value?.lead.email ?? say('lead'),
    site: () => page.value?.lead.site,
    render: () =>
      page.error && isErased()
        ? tombstone({
            ...{uuid, error: page.error, back: back()},
            proof: html`${whenLoaded(consents, proofOfConsents, loadConsents)}
            ${trail.card({isOpen: true})}`,
          })
        : html`${page.value ? nothing : html`<h1>${say('lead')}</h1>`}
          ${page.error && isUnknown() ? unknown(page.error) : whenLoaded(page, content, load)}`,
    keys: [
      {keys: 'e', text: 'keyDone', run: toggleDone},
      {keys: ']', text: 'nextLead', run: () => goTo(1)},
      {keys: '[', text: 'previousLead', run: () => goTo(-1)},
      {keys: 'j', text: 'nextLead', run: () => goTo(1)},
      {keys: 'k', text: 'previousLead', run: () => goTo(-1)},
      {keys: 'Escape', text: 'keyBack', run: () => goBack()},
    ],
    onChanged: (change) => {
      if (!change || change.uuid === uuid) void load();
    },
    resume: showPart,
    stop: () => {
      documents.stop();
      stopPrinting();
    },
  };
};

/** A visit without an e-mail address leaves no consents. */
const proofOfConsents = ({consents}: LeadConsents) =>
  consents.length > 0 ? consentsCard(consents) : nothing;
