import {raiseAlert} from '../alerts/alerts.js';
import type {Queryable, Sql} from '../database/sql.js';
import {transaction} from '../database/transaction.js';
import {enqueueMail} from '../jobs/queue.js';
import type {Site} from '../sites/store.js';
import {describeFailure} from '../outbound/failure-texts.js';
import {lockLiveVisit} from '../visits/store.js';
import type {Budgets} from './budgets.js';
import type {ReplyChannel, WholeReply} from './reply-channel.js';
import type {TurnContext} from './store.js';
import {escalationText} from './texts.js';

type HandoverReason = Parameters<typeof escalationText>[0];

export interface HandoverDeps {
  sql: Sql;
  replyChannel: ReplyChannel;
  budgets: Budgets;
  onMail: () => void;
}

/**
 * Writes to the visitor that a person will answer, and mails the owner. Throws `SessionGone` or
 * `ConsentRequired` if the session is over.
 */
export const handOverToHuman = async (
  deps: HandoverDeps,
  uuid: string,
  {
    context,
    clientId,
    what,
  }: {
    context: TurnContext;
    clientId: string;
    what: HandoverReason;
  },
): Promise<void> => {
  await deps.replyChannel.writeMessage(uuid, createHandoverReply(clientId, what, context));
  await transaction(deps.sql, (tx) => notifyOwner(tx, deps.budgets, uuid));
  deps.onMail();
};

/** Returns Maria's message that a person will answer, or that she needs an e-mail address for it. */
export const createHandoverReply = (
  clientId: string,
  what: HandoverReason,
  context: TurnContext,
): WholeReply => ({
  role: 'maria',
  clientId,
  body: escalationText(what, context),
  asksForEmail: !context.hasEmail,
});

/** Mails the owner of the site that a visitor waits for a person, within the budget of such mails. */
export const notifyOwner = async (tx: Queryable, budgets: Budgets, uuid: string): Promise<void> => {
  if (!(await lockLiveVisit(tx, uuid))) return;
  const at = await budgets.getNextOwnerMailTime(tx, uuid);
  if (at) await enqueueMail(tx, {template: 'message', uuid}, uuid, at);
};

/** Reasons that are no failed call. */
const REASONS: Record<string, string> = {
  budget_day:
    'the site has used its replies of this day (budget_day). A higher responder_turns_per_day allows more',
  lost: 'the server of Maria stopped during the reply (lost)',
  no_call_back: 'it has accepted the message, but sent no reply in time (no_call_back)',
};

/** Alerts the operator that a site's responder did not reply. */
export const alertResponder = async (
  {sql, onMail}: HandoverDeps,
  site: Site,
  {code, status}: {code: string; status?: number | undefined},
): Promise<void> => {
  await raiseAlert(sql, {
    cause: `responder_${site.key}_${code}`,
    code: 'responder_failed',
    message: `The responder of the site "${site.key}" did not complete a reply: ${REASONS[code] ?? describeFailure(code, status)}.`,
  });
  onMail();
};
