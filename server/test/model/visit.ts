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
  email: string;
  state: 'open' | 'used' | 'voided';
  isExpired: boolean;
}

export type LifecycleState = 'visit' | 'pending' | 'complete' | 'archived' | 'gone' | 'erased';

/** Expected state of one UUID, derived only from the specification. */
export class ModelVisit {
  life: LifecycleState = 'visit';
  /** True after the first change. Before it, every token issued for the UUID is valid. */
  hasRow = false;
  /** True if the visit is idle or too old, whether or not cleanup has ended it. */
  isExpired = false;
  /** True if the next cleanup run must change the state, because it has lasted too long. */
  isOverdue = false;
  consents: Partial<Record<Purpose, boolean>> = {};
  name: string | null = null;
  email: string | null = null;
  links: ModelLink[] = [];
  hasRecentLink = false;
  files: ModelFile[] = [];
  deletedIds: string[] = [];
  /** Index of a step; -1 before the visitor has started. */
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
  endIfExpired(): void {
    if (this.isExpired) this.end('visit_abandoned');
  }

  end(event: 'visit_abandoned' | 'session_reset'): void {
    this.audit(event);
    this.clearData('gone');
  }

  erase(): void {
    this.audit('session_erased');
    this.clearData('erased');
  }

  private clearData(life: LifecycleState): void {
    this.life = life;
    this.isExpired = false;
    this.isOverdue = false;
    this.files = [];
    this.deletedIds = [];
    this.links = [];
  }

  recordConsent(purpose: Purpose, granted: boolean): void {
    const wasGranted = this.consents[purpose] === true;
    this.consents[purpose] = granted;
    this.audit(granted ? 'consent_given' : wasGranted ? 'consent_withdrawn' : 'consent_refused');
  }

  revokeStorageConsent(): void {
    this.recordConsent('personal_data', false);
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

  submitContact(name: string, email: string): void {
    if (this.isSession) {
      if (name !== this.name || email !== (this.waitingAddress ?? this.email)) {
        this.audit('data_rectified');
      }
      this.name = name;
      this.changeEmail(email);
      return;
    }
    this.life = 'pending';
    this.name = name;
    this.email = email;
    this.audit('contact_given');
    this.createLink(email);
  }

  changeEmail(email: string): void {
    if (email === (this.waitingAddress ?? this.email)) return;
    if (email === this.email && this.life === 'complete') this.voidLinks();
    else this.createLink(email);
  }

  createLink(email: string): void {
    this.voidLinks();
    this.links.push({email, state: 'open', isExpired: false});
    this.hasRecentLink = true;
    this.audit('verification_sent');
  }

  voidLinks(): void {
    for (const link of this.links) if (link.state === 'open') link.state = 'voided';
  }

  confirm(link: ModelLink): void {
    link.state = 'used';
    // A confirmation ends an overdue pending state. An overdue complete session stays overdue.
    if (this.life === 'pending') this.isOverdue = false;
    this.life = 'complete';
    this.email = link.email;
    this.audit('email_verified');
  }

  get mayResend(): boolean {
    return !this.hasRecentLink && this.links.length <= RESENDS_PER_DAY;
  }

  /** E-mail address of an unsettled link. */
  get waitingAddress(): string | undefined {
    const latest = this.links.find(({state}) => state === 'open') ?? this.links.at(-1);
    if (!latest || latest.state === 'used') return undefined;
    return this.life === 'complete' && latest.state === 'voided' ? undefined : latest.email;
  }

  /** Applies a whole cleanup run, which also retires overdue sessions. */
  clean(): void {
    if (this.isExpired) this.end('visit_abandoned');
    if (this.isOverdue) this.applyRetention();
    for (const link of this.links) {
      if (link.state !== 'open' || !link.isExpired) continue;
      link.state = 'voided';
      this.audit('verification_expired');
    }
  }

  private applyRetention(): void {
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
