import type {LeadFilter} from '../../../../server/contract/owner-leads.js';
import type {Chosen} from './actions.js';

/** Leads that are chosen for an action: some of those that are shown, or all that were found. */
export class Selection {
  private chosen = new Set<string>();
  private last = '';
  /** Whether all leads that the filter finds are chosen, also those that are not loaded. */
  isAllFound = false;

  constructor(private readonly onChange: () => void) {}

  get size(): number {
    return this.chosen.size;
  }

  has(uuid: string): boolean {
    return this.isAllFound || this.chosen.has(uuid);
  }

  clear(): void {
    this.chosen = new Set();
    this.isAllFound = false;
    this.onChange();
  }

  takeAllFound(): void {
    this.isAllFound = true;
    this.onChange();
  }

  /** Adds or removes a lead, or all leads from the last one to it. */
  toggle(uuid: string, shown: readonly string[], isRange: boolean): void {
    const ends = [shown.indexOf(this.last), shown.indexOf(uuid)].sort((a, b) => a - b);
    const [from = -1, to = -1] = ends;
    const range = isRange && from >= 0 ? shown.slice(from, to + 1) : [uuid];
    const adds = !this.chosen.has(uuid);
    for (const one of range) {
      if (adds) this.chosen.add(one);
      else this.chosen.delete(one);
    }
    this.last = uuid;
    this.isAllFound = false;
    this.onChange();
  }

  /** Chooses all leads that are shown, or none of them if all are chosen. */
  toggleShown(shown: readonly string[]): void {
    const isEach = shown.every((uuid) => this.chosen.has(uuid));
    this.chosen = new Set(isEach ? [] : shown);
    this.isAllFound = false;
    this.onChange();
  }

  /** Returns what an action concerns, with the number that the person saw. */
  toChosen(filter: LeadFilter, found: number): Chosen {
    if (this.isAllFound) return {filter, expect: found};
    return {uuids: [...this.chosen], expect: this.chosen.size};
  }
}
