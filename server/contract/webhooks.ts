/** What a site's owner can be told of as it happens. */
export const WEBHOOK_EVENTS = [
  'session.pending',
  'session.complete',
  'session.erased',
  'visit.abandoned',
  'message.visitor',
] as const;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];
