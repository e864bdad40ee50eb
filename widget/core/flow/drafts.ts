import type {SiteStorage} from '../session/storage.js';
import {toJson} from '../session/to-json.js';

type Field = 'name' | 'email';

/** Text that the visitor has typed into a field and not sent. It survives a reload of this tab. */
export class Drafts {
  private texts: Partial<Record<Field, string>> | null = null;

  constructor(private readonly storage: SiteStorage) {}

  get(field: Field): string | undefined {
    this.texts ??= read(this.storage.draft());
    return this.texts[field];
  }

  set(field: Field, text: string) {
    this.save({...read(this.storage.draft()), ...this.texts, [field]: text});
  }

  delete(field: Field) {
    this.set(field, '');
    delete this.texts![field];
    this.save(this.texts!);
  }

  clear() {
    this.save({});
  }

  private save(texts: Partial<Record<Field, string>>) {
    this.texts = texts;
    this.storage.draft(Object.keys(texts).length > 0 ? toJson(texts) : '');
  }
}

const read = (text: string | undefined): Partial<Record<Field, string>> => {
  try {
    const texts = JSON.parse(text || '{}') as Partial<Record<Field, unknown>>;
    const isText = ([, one]: [string, unknown]) => typeof one === 'string';
    return Object.fromEntries(Object.entries(texts).filter(isText));
  } catch {
    return {};
  }
};
