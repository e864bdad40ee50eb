/** Events that are sent to the webhooks of a site's owner. */
export const WEBHOOK_EVENTS = [
  'session.pending',
  'session.complete',
  'session.files_added',
  'session.erased',
  'visit.abandoned',
  'message.visitor',
] as const;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];
