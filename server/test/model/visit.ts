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

/** A confirmation link, as its receiver would find it. */
export interface ModelLink {
  address: string;
  fate: 'open' | 'used' | 'voided';
  isExpired: boolean;
}

export type Life = 'visit' | 'pending' | 'complete' | 'archived' | 'gone' | 'erased';

/** What the product should know about one UUID, told by the specification alone. */
export class ModelVisit {
  life: Life = 'visit';
  /** From the first change on; before it any token handed out for the UUID would do. */
  hasRow = false;
  /** Its first change was not its end. */
  wasStarted = false;
  /** Idle or too old: over, whether or not cleanup has come by. */
  isExpired = false;
  /** Long enough in its state that the next cleanup moves it on. */
  isOverdue = false;
  consents: Partial<Record<Purpose, boolean>> = {};
  name: string | null = null;
  email: string | null = null;
  links: ModelLink[] = [];
  linkWasMadeLately = false;
  files: ModelFile[] = [];
  deletedIds: string[] = [];
  furthestStep = -1;
  /** Tokens that were handed out for this UUID and are not the one it was first changed with. */
  otherTokens: string[] = [];
  readonly audited = new Map<AuditEvent, number>();
  /** Its server died in the middle of a call: what that left in the trail of failures is open. */
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

  /** Answers whether this was the first change. */
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
    // Too long pending is over; too long complete stays so under a new address.
    if (this.life === 'pending') this.isOverdue = false;
    this.life = 'complete';
    this.email = link.address;
    this.audit('email_verified');
  }

  get mayResend(): boolean {
    return !this.linkWasMadeLately && this.links.length <= RESENDS_PER_DAY;
  }

  /** The address that a link is out for, unless that is settled. */
  get waitingAddress(): string | undefined {
    const latest = this.links.find(({fate}) => fate === 'open') ?? this.links.at(-1);
    if (!latest || latest.fate === 'used') return undefined;
    return this.life === 'complete' && latest.fate === 'voided' ? undefined : latest.address;
  }

  /** A whole cleanup run, which also moves on what was in its state too long. */
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

  /** What `GET /api/session` should tell, but for times. */
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
