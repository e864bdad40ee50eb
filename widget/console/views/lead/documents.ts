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

/** Creates the documents of a lead: their text, their pages, and their download. */
export const createDocuments = (update: () => void) => {
  const texts = new Map<string, Loader<FileText>>();
  const previews = new Map<string, Preview>();
  let looked = '';

  const look = (file: LeadFile) => {
    stop();
    looked = looked === file.id ? '' : file.id;
    if (looked && !texts.has(file.id)) loadText(file);
    update();
    if (looked) queueMicrotask(() => rowOf(file)?.scrollIntoView({block: 'nearest'}));
  };
  const loadText = ({id}: LeadFile) => {
    const loader = texts.get(id) ?? new Loader<FileText>(update);
    texts.set(id, loader);
    void loader.load(() => call(`files/${id}/text`));
  };
  const showPages = (file: LeadFile) => {
    previews.get(file.id)?.stop();
    previews.set(file.id, createPreview(file, update));
    update();
  };
  const fetchFile = ({id}: LeadFile) =>
    tryToDownload(async () => {
      const {url} = await call<{url: string}>(`files/${id}`);
      followDownload(url);
    });
  const stop = () => {
    for (const preview of previews.values()) preview.stop();
    previews.clear();
  };

  const buttons = (file: LeadFile): TemplateResult =>
    html`<span class="no-print file-actions">
      <button
        type="button"
        class="plain"
        aria-label=${say('lookAt', {name: file.name})}
        @click=${() => lookFromTranscript(file)}
      >
        ${say('look')}
      </button>
    </span>`;
  /** On a phone, the documents are in the other part. */
  const lookFromTranscript = (file: LeadFile) => {
    if (looked !== file.id) look(file);
    const details = document.querySelector<HTMLElement>('.parts button:last-child');
    if (details?.offsetParent) details.click();
    queueMicrotask(() => rowOf(file)?.querySelector<HTMLElement>('button')?.focus());
  };

  const row = (file: LeadFile) => {
    const {id, name, size, sha256, flags} = file;
    const isOpen = looked === id;
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
      <p class="actions no-print">
        <button
          type="button"
          aria-expanded=${String(isOpen)}
          aria-label=${say('lookAt', {name})}
          @click=${() => look(file)}
        >
          ${say('look')}
        </button>
        <button
          type="button"
          aria-label=${say('downloadFile', {name})}
          @click=${() => fetchFile(file)}
        >
          ${say('download')}
        </button>
      </p>
      ${isOpen ? opened(file) : nothing}
    </li>`;
  };
  const opened = (file: LeadFile) => {
    const text = texts.get(file.id)!;
    const preview = previews.get(file.id);
    return html`<div class="opened no-print">
      ${
        UNREADABLE.includes(text.value?.reason)
          ? nothing
          : html`<p class="actions">
                <button type="button" @click=${() => showPages(file)}>${say('showPages')}</button>
              </p>
              ${preview ? preview.render() : nothing}`
      }
      ${whenLoaded(text, textPages, () => loadText(file))}
    </div>`;
  };

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
