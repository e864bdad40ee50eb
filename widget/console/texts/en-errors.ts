/** Errors of calls by their code: what is wrong, and what to do. */
export const errors = {
  error_offline: 'The server cannot be reached. Check your connection.',
  error_cut_off: 'The download was cut off. Try again.',
  error_new_release: 'The console has a new version. Try again to load it.',
  error_other: 'That did not work ({code}). Try again.',
  error_invalid_request: 'The server did not accept these values. Check them.',
  error_invalid_email: 'This e-mail address is not valid. Check its spelling.',
  error_invalid_name: 'This name is not valid. It needs 1 to 100 characters.',
  error_role_required: 'Your role does not allow this. Ask an owner of the site.',
  error_cross_site: 'The browser blocked this call. Reload the page.',
  error_not_found: 'This does not exist, or your account has no access to it.',
  error_unknown_site: 'This site does not exist, or your account has no access to it.',
  error_selection_changed:
    'The list has changed since you saw it. Nothing was changed. Look at it and try again.',
  error_already_member:
    'This person is a member already. Nothing was sent. Change the role in the list of people.',
  error_last_owner: 'A site needs an owner. Make another person the owner first.',
  error_too_many_people:
    'This site cannot have more people. Remove a person or withdraw an invitation first.',
  error_too_slow: 'The connection is too slow. Try again over a faster one.',
  error_body_too_large: 'That is too much at once. Select fewer leads, or write a shorter text.',
  error_unsupported_media_type: 'The server did not understand this call. Reload the page.',
  error_erased: 'This lead was erased.',
  error_in_progress: 'A change of this lead is still in progress. Try again in a moment.',
  error_rate_limited: 'Too many requests. Wait a minute and try again.',
  error_unavailable: 'The server is not available at the moment. Try again in a moment.',
  error_busy: 'The server is busy. Try again in a moment.',
  error_internal: 'The server has encountered an error. Report the request to the operator.',
};
