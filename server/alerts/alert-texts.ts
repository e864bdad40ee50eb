import type {ErrorCode} from '../contract/error-codes.js';

export interface AlertText {
  title: string;
  /** Consequence for visitors and data. */
  meaning: string;
  /** First thing to do. */
  action: string;
}

const RETRIES = 'Maria tries again automatically.';
const READ_LOG =
  'Search the server’s log at this time for lines with "level":50; their field err names the cause.';
const RESTORE = 'the section “Restore” of examples/deploy/OPERATIONS.md';

const FAILED_REQUEST: AlertText = {
  title: 'A request failed',
  meaning: 'A visitor may have seen an error message.',
  action:
    'Search the server’s log for the field req with the id in the message; the field err names the cause.',
};

/** Explanation of each alert in plain words. The message of the alert contains the details. */
const ALERT_TEXTS = {
  audit_archive_failed: {
    title: 'The audit log could not be archived',
    meaning: `Old rows stay in the database. Nothing is lost. ${RETRIES}`,
    action:
      'Check that the folder AUDIT_ARCHIVE_DIR exists, is writable and has free space. If the message names a file that differs, move this file to another folder.',
  },
  audit_chain_broken: {
    title: 'The audit log does not match its hashes',
    meaning: 'Rows may have been changed, deleted or inserted in the database, outside Maria.',
    action:
      'Check who has access to the database. Run maria audit verify for the later months. Keep the archive and the log lines with the hashes.',
  },
  audit_trail_failed: {
    title: 'Maintenance of the audit log failed',
    meaning: `Events are still recorded. Until this works again, new rows have no hashes and old months are not archived. ${RETRIES}`,
    action: READ_LOG,
  },
  cleanup_failed: {
    title: 'Cleanup failed',
    meaning: `Data that should be deleted now is deleted later. ${RETRIES}`,
    action: READ_LOG,
  },
  database_outage: {
    title: 'The database was unavailable',
    meaning: 'Visitors could not continue during this time. The database responds again.',
    action: 'Check the log of the database, its memory, disk and connections at this time.',
  },
  database_set_back: {
    title: 'Cleanup is paused: the database was restored or copied',
    meaning:
      'Visits that are newer than the backup are missing in this database. Cleanup would delete their files.',
    action: `Follow ${RESTORE}. Then run: maria cleanup --resume`,
  },
  file_deletion_error: {
    title: 'Files could not be deleted',
    meaning: `Files that should be deleted are still in the bucket. ${RETRIES}`,
    action:
      'Run maria doctor. It checks whether the S3 credentials may delete. Check whether a retention rule or an object lock of the bucket protects the files.',
  },
  foreign_keys: {
    title: 'Other objects in the bucket',
    meaning: 'Another program may write into the bucket. Maria never deletes these objects.',
    action: 'Use a bucket for Maria only, or delete these objects yourself.',
  },
  mail_dead: {
    title: 'E-mails could not be sent',
    meaning: 'The e-mails are lost. Visitors can request a new confirmation link in the chat.',
    action: 'Run maria doctor, then maria doctor --mail with your e-mail address.',
  },
  mail_limit: {
    title: 'A confirmation e-mail was not sent',
    meaning:
      'A limit against abuse was reached. Real visitors reach it only if many of them share an IP address.',
    action:
      'Run maria audit --type verification_sent --since 6h. If all visitors have the IP address of your proxy, set TRUST_PROXY.',
  },
  object_missing: {
    title: 'Stored files are missing in the bucket',
    meaning: 'Visitors and exports cannot download these files.',
    action:
      'Check whether a lifecycle rule or a person has deleted objects, and restore the objects from a backup.',
  },
  orphan_deletion: {
    title: 'Unknown objects could not be deleted',
    meaning: `Objects without a file in the database are still in the bucket. ${RETRIES}`,
    action: 'Run maria doctor. It checks whether the S3 credentials may delete.',
  },
  orphan_sighted: {
    title: 'Unknown objects in the bucket',
    meaning:
      'No file in the database belongs to these objects. Maria deletes them when their quarantine ends (ORPHAN_QUARANTINE_DAYS).',
    action:
      'Check whether the database was restored from a backup, or whether another server uses this bucket. If so, set CLEANUP_INTERVAL_MINUTES=0 until that is solved.',
  },
  responder_failed: {
    title: 'A visitor got no automatic reply',
    meaning: 'The visitor now expects an answer of a person.',
    action:
      'Check the server of the responder, and the settings of the site: maria site show with its key.',
  },
  scan_unavailable: {
    title: 'The virus scanner does not respond',
    meaning: 'Visitors cannot upload files.',
    action: 'Start the scanner, or check CLAMAV_HOST. Run maria doctor.',
  },
  secret_replaced: {
    title: 'The secret was replaced',
    meaning:
      'Visitors with an older token start over, and links in earlier e-mails do not work. Receivers refuse webhooks, and responders with a stored key do not reply.',
    action:
      'Set SECRET_KEY of all servers to the new and the old key, separated by a comma. If you have removed a key on purpose, there is nothing to do.',
  },
  suspicious_activity: {
    title: 'Suspicious requests',
    meaning:
      'A program may be guessing references or flooding the server. Maria refuses these requests.',
    action:
      'Run maria audit --since 2h and look for suspicious_activity and rate_limit_exceeded. If the IP address is your proxy, set TRUST_PROXY. Otherwise, block it in your firewall if it continues.',
  },
  sweep_stopped: {
    title: 'The check of the bucket has stopped',
    meaning:
      'The bucket and the database do not fit together. Maria deletes no unknown objects until they do.',
    action: `Check DATABASE_URL and S3_BUCKET. If a backup was restored, follow ${RESTORE}.`,
  },
  unavailable: {
    title: 'The storage does not respond',
    meaning: 'Visitors cannot upload or download files.',
    action: 'Check the S3 service, or the disk of DATA_DIR. Run maria doctor.',
  },
  webhook_dead: {
    title: 'A webhook was given up',
    meaning: 'The receiver has missed events. They can be sent again for 30 days.',
    action: 'Fix the receiver. Then run the command in the message.',
  },
} satisfies Record<string, AlertText>;

/** Code of an alert: one of the table, or the code of a request that failed with status 5xx. */
export type AlertCode = keyof typeof ALERT_TEXTS | ErrorCode;

/** Returns the explanation of an alert. The cause is more exact than the code. */
export const getAlertText = ({cause, code}: {cause: string; code: string}): AlertText => {
  const texts: Record<string, AlertText> = ALERT_TEXTS;
  return texts[cause] ?? texts[code] ?? FAILED_REQUEST;
};
