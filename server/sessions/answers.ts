import {recordAnswers} from '../answers/record-answers.js';
import type {GivenAnswers} from '../contract/session-answers.js';
import type {Transaction} from '../database/sql.js';
import type {Caller} from '../visits/access.js';
import {notifyOfLateAnswers} from './late-changes.js';

/**
 * Stores answers of the visitor. Notifies the owner of a complete session of the change. Returns
 * whether an answer is new or differs. Throws `InvalidAnswer`.
 */
export const recordVisitorAnswers = async (
  tx: Transaction,
  caller: Caller,
  given: GivenAnswers,
  visitor: {name: string; locale: string | null},
): Promise<boolean> => {
  const isChanged = await recordAnswers(tx, caller, given, visitor);
  if (isChanged) await notifyOfLateAnswers(tx, caller.uuid);
  return isChanged;
};
