import type {Test} from 'tap';

import {funnelCommand} from '../../../sites/funnel-command.js';
import {runCommand} from '../../run-command.js';
import type {Walk} from './walk.js';

/**
 * Checks that the funnel counts each question once that the visitor was asked, and no other: those
 * that were answered, and `others`.
 */
export const expectFunnel = async (
  t: Test,
  {server, walker}: Walk,
  others: string[] = [],
): Promise<void> => {
  const asked = [...walker.visit.getDelivered().map(({field}) => field), ...others];
  const printed = await runCommand(server, funnelCommand, '--site', 'demo', '--format', 'json');
  const rows = JSON.parse(printed) as {counter: string; count: number}[];
  const counts = new Map(rows.map(({counter, count}) => [counter, count]));
  const fields = walker.visit.conversation.steps.flatMap((step) =>
    'kind' in step ? [step.field] : [],
  );
  t.same(
    fields.map((field) => [field, counts.get(`step_${field}`)]),
    fields.map((field) => [field, asked.includes(field) ? 1 : 0]),
    'each question is a step of the funnel',
  );
  t.match(Object.fromEntries(counts), {
    ...{started: 1, contact_given: 1, completed: 1, abandoned: 0},
    ...{step_verify: 1},
  });
};
