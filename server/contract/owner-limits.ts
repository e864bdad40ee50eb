/** Limits of the console's calls about leads. */
export const MAX_LEAD_PAGE = 50;
/** Counts of the views are exact up to this number. */
export const MAX_LEAD_COUNT = 1_000;
/** Number of leads that one call can mark or erase. */
export const MAX_BULK_LEADS = 1_000;
export const MIN_LEAD_SEARCH_LENGTH = 2;
export const MAX_LEAD_SEARCH_LENGTH = 100;
/** Length of the last message in the list. */
export const MAX_EXCERPT_LENGTH = 120;
/** Time in which an export can be fetched, once. */
export const EXPORT_SECONDS = 60;
/** Time in which an account's repeated view of a lead or file is recorded once. */
export const VIEW_MINUTES = 30;
