import type {AuditEvent} from '../../contract/event-names.js';
import type {Purpose, Session} from '../../contract/sessions.js';
import {maskEmail} from '../../text/email.js';

export const MAX_FILES = 3;
const RESENDS_PER_DAY = 5;

export interface ModelFile {
  id: string;
  name: string;
  bytes: Buffer;
  key: string | undefined;
}

/** A confirmation link as its receiver finds it. */
export interface ModelLink {
  address: string;
  fate: 'open' | 'used' | 'voided';
  isExpired: boolean;
}

export type Life = 'visit' | 'pending' | 'complete' | 'archived' | 'gone' | 'erased';

/** Expected state of one UUID, derived only from the specification. */
export class ModelVisit {
  life: Life = 'visit';
  /** True after the first change. Before it, every token issued for the UUID is valid. */
  hasRow = false;
  /** True if the first change did not end the visit. */
  wasStarted = false;
  /** True if the visit is idle or too old, whether or not cleanup has ended it. */
  isExpired = false;
  /** True if the next cleanup run must change the state, because it has lasted too long. */
  isOverdue = false;
  consents: Partial<Record<Purpose, boolean>> = {};
  name: string | null = null;
  email: string | null = null;
  links: ModelLink[] = [];
  linkWasMadeLately = false;
  files: ModelFile[] = [];
  deletedIds: string[] = [];
  furthestStep = -1;
  /** Tokens issued for this UUID, except the token of its first change. */
  otherTokens: string[] = [];
  readonly audited = new Map<AuditEvent, number>();
  /** True if a server was killed during a call. The audit events of failures are then unknown. */
  wasKilled = false;

  constructor(
    readonly uuid: string,
    public token: string,
  ) {}

  get isAlive(): boolean {
    return !this.isExpired && ['visit', 'pending', 'complete'].includes(this.life);
  }

  get isSession(): boolean {
    return this.life === 'pending' || this.life === 'complete';
  }

  audit(event: AuditEvent, count = 1): void {
    this.audited.set(event, (this.audited.get(event) ?? 0) + count);
  }

  /** Any call that finds an expired visit ends it. */
  meet(): void {
    if (this.isExpired) this.end('visit_abandoned');
  }

  /** Records a change. Returns whether it was the first. */
  start(): boolean {
    if (this.hasRow) return false;
    this.hasRow = true;
    this.wasStarted = true;
    return true;
  }

  end(event: 'visit_abandoned' | 'session_reset'): void {
    this.audit(event);
    this.forget('gone');
  }

  erase(): void {
    this.audit('session_erased');
    this.forget('erased');
  }

  private forget(life: Life): void {
    this.life = life;
    this.isExpired = false;
    this.isOverdue = false;
    this.files = [];
    this.deletedIds = [];
    this.links = [];
  }

  decide(purpose: Purpose, granted: boolean): void {
    const wasGranted = this.consents[purpose] === true;
    this.consents[purpose] = granted;
    this.audit(granted ? 'consent_given' : wasGranted ? 'consent_withdrawn' : 'consent_refused');
  }

  refuseStoring(): void {
    this.decide('personal_data', false);
    if (this.isSession) this.erase();
    else this.files = [];
  }

  store(file: ModelFile): void {
    this.files.push(file);
    this.audit('file_upload');
  }

  delete(id: string): void {
    this.files = this.files.filter((file) => file.id !== id);
    this.deletedIds.push(id);
    this.audit('file_deleted');
  }

  giveContact(name: string, email: string): void {
    if (this.isSession) {
      if (name !== this.name || email !== (this.waitingAddress ?? this.email)) {
        this.audit('data_rectified');
      }
      this.name = name;
      this.changeAddress(email);
      return;
    }
    this.life = 'pending';
    this.name = name;
    this.email = email;
    this.audit('contact_given');
    this.makeLink(email);
  }

  changeAddress(email: string): void {
    if (email === (this.waitingAddress ?? this.email)) return;
    if (email === this.email && this.life === 'complete') this.voidLinks();
    else this.makeLink(email);
  }

  makeLink(address: string): void {
    this.voidLinks();
    this.links.push({address, fate: 'open', isExpired: false});
    this.linkWasMadeLately = true;
    this.audit('verification_sent');
  }

  voidLinks(): void {
    for (const link of this.links) if (link.fate === 'open') link.fate = 'voided';
  }

  use(link: ModelLink): void {
    link.fate = 'used';
    // A confirmation ends an overdue pending state. An overdue complete session stays overdue.
    if (this.life === 'pending') this.isOverdue = false;
    this.life = 'complete';
    this.email = link.address;
    this.audit('email_verified');
  }

  get mayResend(): boolean {
    return !this.linkWasMadeLately && this.links.length <= RESENDS_PER_DAY;
  }

  /** E-mail address of an unsettled link. */
  get waitingAddress(): string | undefined {
    const latest = this.links.find(({fate}) => fate === 'open') ?? this.links.at(-1);
    if (!latest || latest.fate === 'used') return undefined;
    return this.life === 'complete' && latest.fate === 'voided' ? undefined : latest.address;
  }

  /** Applies a whole cleanup run, which also retires overdue sessions. */
  clean(): void {
    if (this.isExpired) this.end('visit_abandoned');
    if (this.isOverdue) this.retire();
    for (const link of this.links) {
      if (link.fate !== 'open' || !link.isExpired) continue;
      link.fate = 'voided';
      this.audit('verification_expired');
    }
  }

  private retire(): void {
    this.isOverdue = false;
    if (this.life !== 'pending') {
      this.erase();
      return;
    }
    this.life = 'archived';
    this.audit('session_archived');
  }

  /** Expected response of `GET /api/session`, without times. */
  get seen(): Pick<Session, 'state' | 'name' | 'email_masked' | 'pending_email_masked'> & {
    consents: Record<string, boolean>;
    files: string[];
  } {
    const waiting = this.waitingAddress === this.email ? undefined : this.waitingAddress;
    return {
      state: this.life as Session['state'],
      name: this.name,
      email_masked: this.email && maskEmail(this.email),
      pending_email_masked: this.isSession && waiting ? maskEmail(waiting) : null,
      consents: this.consents,
      files: this.files.map(({id}) => id).sort(),
    };
  }
}
