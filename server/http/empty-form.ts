import type {App} from './app-type.js';

/** Accepts forms in this scope. Its forms have no fields, so a body is not parsed. */
export const acceptEmptyForms = (scope: App): void => {
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    {parseAs: 'string'},
    (_request, _body, done) => {
      done(null, {});
    },
  );
};
