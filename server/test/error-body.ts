import type {Test} from 'tap';

import type {ErrorBody} from '../contract/common.js';
import type {ERROR_CODES} from '../contract/error-codes.js';

export const assertErrorBody = (t: Test, body: ErrorBody, code: keyof typeof ERROR_CODES) => {
  const {status: _, faults: __, uuid: ___, ...rest} = body;
  t.same(Object.keys(rest).sort(), ['code', 'message', 'request_id']);
  t.equal(body.code, code);
  t.match(body.request_id, /^[\w-]{21}$/);
};
