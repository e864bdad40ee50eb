export const AUDIT_EVENTS = [
  'uuid_validation_attempt',
  'uuid_generation_attempt',
  'uuid_generated',
  'uuid_generation_failed',
  'session_resumed',
  'session_reset',
  'step_reached',
  'consent_given',
  'consent_refused',
  'consent_withdrawn',
  'file_upload',
  'file_upload_error',
  'file_download',
  'file_deleted',
  'file_deletion_error',
  'contact_given',
  'verification_sent',
  'email_verified',
  'verification_expired',
  'data_exported',
  'data_rectified',
  'session_erased',
  'session_archived',
  'visit_abandoned',
  'orphan_cleanup',
  'rate_limit_exceeded',
  'origin_refused',
  'suspicious_activity',
  'signed_in',
  'signed_out',
  'sign_in_link_requested',
  'sign_in_reported',
  'account_invited',
  'account_changed',
  'account_removed',
  'role_changed',
  'leads_listed',
  'lead_viewed',
  'file_viewed',
  'leads_exported',
  'lead_status_changed',
  'admin_notified',
  'error',
] as const;

export type AuditEvent = (typeof AUDIT_EVENTS)[number];

/** Stored events. Each has a sequence number, and subscribers receive them in that order. */
export const STORED_EVENTS = [
  'message_created',
  'message_completed',
  'file_upload_complete',
  'file_deleted',
  'email_verified',
  'session_state',
] as const;

/** Events that are not stored. They have no sequence number and reach only current subscribers. */
export const TRANSIENT_EVENTS = ['message_delta', 'typing'] as const;

export type StoredEventName = (typeof STORED_EVENTS)[number];
export type TransientEventName = (typeof TRANSIENT_EVENTS)[number];
export type LiveEventName = StoredEventName | TransientEventName;

/** Events that the element dispatches to the page. None contains personal data. */
export const WIDGET_EVENTS = [
  'maria-ready',
  'maria-before-open',
  'maria-open',
  'maria-close',
  'maria-step',
  'maria-consent',
  'maria-file-accept',
  'maria-file-uploaded',
  'maria-file-deleted',
  'maria-submitted',
  'maria-complete',
  'maria-reset',
  'maria-message',
  'maria-unread',
  'maria-offline',
  'maria-error',
] as const;

export type WidgetEvent = (typeof WIDGET_EVENTS)[number];
