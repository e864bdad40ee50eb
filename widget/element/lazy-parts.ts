import type {Chat} from '../core/chat.js';
import type * as intake from './intake.js';
import type {MariaChat} from './maria-chat.js';
import type {ProgressAnnouncer} from '../ui/steps/progress-announcer.js';
import type {Language} from '../i18n/languages.js';

/** The parts that come after the first opening. */
export class LazyParts {
  /** Null until they have come. */
  parts: typeof intake | null = null;
  private fetching: Promise<typeof intake> | null = null;
  private announcer: ProgressAnnouncer | null = null;

  constructor(
    private readonly host: MariaChat,
    private readonly onArrival: () => void,
  ) {}

  /** @throws what the network gives; the next call tries again. */
  load() {
    this.fetching ??= this.fetch().catch((error: unknown) => {
      this.fetching = null;
      this.host.onLoadFailure(error);
      throw error;
    });
    return this.fetching;
  }

  /** What is said of the uploads' progress. */
  announce(chat: Chat, language: Language) {
    this.announcer?.listen(chat.uploads?.rows ?? [], language);
    // What has been passed is no news any more.
    return chat.flow.step?.type === 'upload' ? (this.announcer?.words ?? '') : '';
  }

  async showDebugPanel() {
    const {host} = this;
    const debug = host.getAttribute('debug');
    if (debug === null || debug === 'false') return;
    try {
      const {DebugPanel} = await import('../debug/debug-panel.js');
      DebugPanel.of(host, () => host.chat);
    } catch (error) {
      host.onLoadFailure(error);
    }
  }

  private async fetch() {
    const intake = await import('./intake.js');
    this.host.adopt(intake.intakeStyles);
    this.parts = intake;
    this.announcer = new intake.ProgressAnnouncer();
    if (this.host.isConnected && this.host.chat) this.onArrival();
    this.host.requestUpdate();
    return intake;
  }
}
