import type {Status} from '../core/status.js';
import type {SiteStorage} from '../core/session/storage.js';
import {readStored} from '../core/session/storage.js';
import {chooseLanguage, loadLanguage} from '../i18n/languages.js';
import type {Language} from '../i18n/languages.js';

export interface LanguageHost {
  readonly site: string;
  readonly chat: {storage: SiteStorage; status: Status} | null;
  /** What the page asks for. */
  readonly chosenLang: string | null;
  isOpen: boolean;
  requestUpdate(): void;
  onLoadFailure(error: unknown): void;
}

/** The language that is spoken: the visitor's choice, then the page's. */
export class LanguageController {
  /** Null until the first one has come. */
  language: Language | null = null;

  constructor(private readonly host: LanguageHost) {}

  get wanted() {
    const {site, chat, chosenLang} = this.host;
    const chosen = chat ? chat.storage.get('lang') : readStored(site, 'lang');
    return chooseLanguage(chosen ?? chosenLang);
  }

  /** Whether there are words to speak with; the language before, where the wanted one does not come. */
  async load(): Promise<boolean> {
    const {host} = this;
    const tag = this.wanted;
    if (this.language?.tag === tag) return true;
    try {
      const language = await loadLanguage(tag);
      host.chat?.status.showMissing(false);
      if (tag === this.wanted) this.language = language;
    } catch (error) {
      host.onLoadFailure(error);
      host.chat?.status.showMissing(true);
    }
    if (!this.language) host.isOpen = false;
    host.requestUpdate();
    return this.language !== null;
  }
}
