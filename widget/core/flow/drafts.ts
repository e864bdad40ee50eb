import type {SiteStorage} from '../session/storage.js';
import {toJson} from '../transport/to-json.js';

const DRAFTS_KEY = 'draft';

export type DraftField = 'name' | 'email';
type Texts = Partial<Record<DraftField, string>>;

/** Text that the visitor has typed into a field and not sent. It survives a reload of this tab. */
export class Drafts {
  private texts: Texts | null = null;

  constructor(
    private readonly storage: SiteStorage,
    private readonly onChange: () => void,
  ) {}

  get(field: DraftField): string | undefined {
    this.texts ??= this.read();
    return this.texts[field];
  }

  set(field: DraftField, text: string) {
    this.save({...this.read(), ...this.texts, [field]: text});
  }

  delete(field: DraftField) {
    const {[field]: _deleted, ...others} = {...this.read(), ...this.texts};
    this.save(others);
  }

  clear() {
    this.save({});
  }

  private save(texts: Texts) {
    this.texts = texts;
    this.storage.setInTab(DRAFTS_KEY, Object.keys(texts).length > 0 ? toJson(texts) : '');
    this.onChange();
  }

  private read(): Texts {
    try {
      const texts = JSON.parse(this.storage.getInTab(DRAFTS_KEY) || '{}') as Partial<
        Record<DraftField, unknown>
      >;
      const isText = ([, one]: [string, unknown]) => typeof one === 'string';
      return Object.fromEntries(Object.entries(texts).filter(isText));
    } catch {
      return {};
    }
  }
}
