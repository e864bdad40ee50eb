import type {SiteStorage} from '../session/storage.js';
import {parse, toJson} from '../transport/json.js';

const DRAFTS_KEY = 'draft';

export type DraftField = 'name' | 'email' | 'message';
type Texts = Partial<Record<DraftField, string | undefined>>;

/** Text that the visitor has typed into a field and not sent. It survives a reload of this tab. */
export class Drafts {
  private texts: Texts;

  constructor(
    private readonly storage: Readonly<SiteStorage>,
    private readonly onChange: () => void,
  ) {
    this.texts = this.read();
  }

  get(field: DraftField): string | undefined {
    return this.texts[field];
  }

  /** Without a text, the field gets its first value again. */
  set(field: DraftField, text?: string) {
    this.save({...this.texts, [field]: text});
  }

  clear() {
    this.save({});
  }

  /** Removes what was typed into the fields of steps. */
  clearAnswers() {
    this.save({message: this.get('message')});
  }

  private save(texts: Texts) {
    const isEmpty = Object.values(texts).every((text) => text === undefined);
    this.texts = texts;
    this.storage.setInTab(DRAFTS_KEY, isEmpty ? '' : toJson(texts));
    this.onChange();
  }

  private read(): Texts {
    const texts = Object.entries(parse(this.storage.getInTab(DRAFTS_KEY)) ?? {});
    return Object.fromEntries(texts.filter(([, text]) => typeof text === 'string'));
  }
}
