import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {FileText, LeadFile} from '../../../../server/contract/owner-files.js';
import {call} from '../../core/api.js';
import {Loader} from '../../core/loader.js';
import {shape, typed} from '../../parts/controls.js';
import {followDownload, tryToDownload} from '../../parts/save.js';
import {whenLoaded} from '../../parts/states.js';
import {formatSize} from '../../texts/format.js';
import type {TextKey} from '../../texts/texts.js';
import {say, sayCount} from '../../texts/texts.js';
import {createPreview} from './preview.js';
import type {Preview} from './preview.js';

const FLAGS: Record<string, TextKey> = {
  javascript: 'flagJavascript',
  launch_action: 'flagLaunch',
  embedded_file: 'flagEmbedded',
  encrypted: 'flagEncrypted',
};
const REASONS: Record<NonNullable<FileText['reason']>, TextKey> = {
  scan: 'textScan',
  password: 'textPassword',
  too_slow: 'textTooSlow',
  broken: 'textBroken',
  fonts: 'textFonts',
};

/** Reasons for which a document has no pages either. */
const UNREADABLE: readonly (FileText['reason'] | undefined)[] = ['password', 'broken'];

/** A document is shown as its text or as its pages. */
type Way = 'text' | 'pages';
const WAYS: Record<Way, {text: TextKey; label: TextKey}> = {
  text: {text: 'look', label: 'lookAt'},
  pages: {text: 'showPages', label: 'showPagesOf'},
};

/** Creates the documents of a lead: their text, their pages, and their download. */
export const createDocuments = (update: () => void) => {
  const texts = new Map<string, Loader<FileText>>();
  /** The document that is open. */
  let opened: {id: string; way: Way; preview?: Preview} | undefined;

  const isOpen = ({id}: LeadFile, way: Way) => opened?.id === id && opened.way === way;
  const toggle = (file: LeadFile, way: Way) => {
    const {id} = file;
    const isClosed = isOpen(file, way);
    stop();
    opened = isClosed
      ? undefined
      : {id, way, ...(way === 'pages' && {preview: createPreview(file, update)})};
    if (opened && way === 'text' && !texts.has(id)) loadText(file);
    update();
    if (opened) queueMicrotask(() => rowOf(file)?.scrollIntoView({block: 'nearest'}));
  };
  const loadText = ({id}: LeadFile) => {
    const loader = texts.get(id) ?? new Loader<FileText>(update);
    texts.set(id, loader);
    void loader.load(() => call(`files/${id}/text`));
  };
  const fetchFile = ({id}: LeadFile) =>
    tryToDownload(async () => {
      const {url} = await call<{url: string}>(`files/${id}`);
      followDownload(url);
    });
  const stop = () => opened?.preview?.stop();

  /** The text of an encrypted file usually needs its password. */
  const waysOf = ({id, flags}: LeadFile): readonly Way[] => {
    if (flags.includes('encrypted')) return ['pages'];
    return UNREADABLE.includes(texts.get(id)?.value?.reason) ? ['text'] : ['text', 'pages'];
  };
  const buttons = (file: LeadFile): TemplateResult => {
    const [way = 'text'] = waysOf(file);
    return html`<span class="no-print file-actions">
      <button
        type="button"
        class="plain"
        aria-label=${say(WAYS[way].label, {name: file.name})}
        @click=${() => openFromTranscript(file, way)}
      >
        ${say(WAYS[way].text)}
      </button>
    </span>`;
  };
  /** On a phone, the documents are in the other part. */
  const openFromTranscript = (file: LeadFile, way: Way) => {
    if (opened?.id !== file.id) toggle(file, way);
    const details = document.querySelector<HTMLElement>('.parts button:last-child');
    if (details?.offsetParent) details.click();
    queueMicrotask(() => rowOf(file)?.querySelector<HTMLElement>('button')?.focus());
  };

  const row = (file: LeadFile) => {
    const {id, name, size, sha256, flags} = file;
    return html`<li data-file=${id}>
      <p class="file-name">${shape('file')} ${typed(name)}</p>
      <p class="note">
        ${formatSize(size)}
        ${flags.map(
          (flag) =>
            html`<span class="warns">${shape('warning')} ${say(FLAGS[flag] ?? 'flagOther')}</span>`,
        )}
        <span class="print-only">SHA-256 <code>${sha256}</code></span>
      </p>
      <p class="actions choice no-print">
        ${waysOf(file).map(
          (way) =>
            html`<button
              type="button"
              aria-pressed=${String(isOpen(file, way))}
              aria-label=${say(WAYS[way].label, {name})}
              @click=${() => toggle(file, way)}
            >
              ${say(WAYS[way].text)}
            </button>`,
        )}
        <button
          type="button"
          class="plain"
          aria-label=${say('downloadFile', {name})}
          @click=${() => fetchFile(file)}
        >
          ${say('download')}
        </button>
      </p>
      ${opened?.id === id ? html`<div class="opened no-print">${content(file)}</div>` : nothing}
    </li>`;
  };
  const content = (file: LeadFile) =>
    opened?.preview?.render() ?? whenLoaded(texts.get(file.id)!, textPages, () => loadText(file));

  return {
    buttons,
    stop,
    card: (files: readonly LeadFile[]) =>
      html`<section class="card documents">
        <h2>${say('documents')}</h2>
        ${files.length === 0 ? html`<p class="note">${say('noDocuments')}</p>` : nothing}
        <ul>
          ${files.map(row)}
        </ul>
      </section>`,
  };
};

const rowOf = ({id}: LeadFile) => document.querySelector(`[data-file="${id}"]`);

const textPages = ({pages, page_count, truncated, reason}: FileText) =>
  html`${reason ? html`<p class="note">${say(REASONS[reason])}</p>` : nothing}
  ${
    pages.some((text) => text.trim())
      ? html`<div class="pages" tabindex="0" role="region" aria-label=${say('textOfFile')}>
          ${pages.map(
            (text, index) =>
              html`<h3>${say('pageOf', {page: index + 1, total: page_count})}</h3>
                <p class="page" dir="auto">${text}</p>`,
          )}
        </div>`
      : nothing
  }
  ${truncated ? html`<p class="note">${sayCount('textTruncated', pages.length)}</p>` : nothing}`;
