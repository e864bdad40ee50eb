import type {ContactStep} from '../../../server/contract/conversation.js';

import type {SiteStorage} from '../session/storage.js';
import {parse, toJson} from '../transport/json.js';
import type {AnswerKey} from './answers.js';

const DRAFTS_KEY = 'draft';

export type DraftField = ContactStep['field'] | 'message' | AnswerKey;
type Texts = Partial<Record<DraftField, string | undefined>>;

export type Drafts = ReturnType<typeof createDrafts>;

/** Text that the visitor has typed into a field and not sent. It survives a reload of this tab. */
export const createDrafts = (storage: Readonly<SiteStorage>, onChange: () => void) => {
  const kept = Object.entries(parse(storage.getInTab(DRAFTS_KEY)) ?? {});
  let texts: Texts = Object.fromEntries(kept.filter(([, text]) => typeof text === 'string'));

  const save = (changed: Texts) => {
    const isEmpty = Object.values(changed).every((text) => text === undefined);
    texts = changed;
    storage.setInTab(DRAFTS_KEY, isEmpty ? '' : toJson(texts));
    onChange();
  };

  return {
    get: (field: DraftField): string | undefined => texts[field],
    /** Without a text, the field gets its first value again. */
    set: (field: DraftField, text?: string) => save({...texts, [field]: text}),
    clear: () => save({}),
    /** Removes what was typed into the fields of steps. */
    clearAnswers: () => save({message: texts.message}),
  };
};
