import type {ContactStep} from '../../../server/contract/conversation.js';

import type {SiteStorage} from '../session/storage.js';
import {parse, toJson} from '../transport/json.js';
import type {AnswerKey} from './answers.js';

const DRAFTS_KEY = 'draft';
/** A visitor who has typed within this time is still typing. */
const FRESH_MS = 60_000;

export type DraftField = ContactStep['field'] | 'message' | AnswerKey;
type Texts = Partial<Record<DraftField, string | undefined>>;

export type Drafts = ReturnType<typeof createDrafts>;

/** Text that the visitor has typed into a field and not sent. It survives a reload of this tab. */
export const createDrafts = (storage: Readonly<SiteStorage>, onChange: () => void) => {
  const kept = Object.entries(parse(storage.getInTab(DRAFTS_KEY)) ?? {});
  let texts: Texts = Object.fromEntries(kept.filter(([, text]) => typeof text === 'string'));

  /** In ms since 1970; 0 before the visitor has typed on this page. */
  let typedAt = 0;

  const save = (changed: Texts) => {
    const isEmpty = Object.values(changed).every((text) => text === undefined);
    texts = changed;
    storage.setInTab(DRAFTS_KEY, isEmpty ? '' : toJson(texts));
    onChange();
  };

  return {
    get: (field: DraftField): string | undefined => texts[field],
    /** Without a text, the field gets its first value again. */
    set(field: DraftField, text?: string) {
      typedAt = Date.now();
      save({...texts, [field]: text});
    },
    /** Adds a text to the message in the field. */
    addMessage(text: string) {
      this.set('message', [texts.message, text].join('\n').trim());
    },
    clear: () => save({}),
    /** Removes what was typed into the fields of steps, or everything, unless the visitor is still typing. */
    clearOld(isEverything = false) {
      if (Date.now() - typedAt > FRESH_MS) save(isEverything ? {} : {message: texts.message});
    },
  };
};
