import type {Role} from '../../../server/contract/owner.js';
import type {TextKey} from '../texts/texts.js';
import {say} from '../texts/texts.js';

const NAMES: Record<Role, TextKey> = {
  owner: 'roleOwner',
  agent: 'roleAgent',
  observer: 'roleObserver',
};

export const ALL_ROLES = Object.keys(NAMES) as Role[];

export const roleText = (role: Role): string => say(NAMES[role]);
