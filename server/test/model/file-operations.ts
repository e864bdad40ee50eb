import assert from 'node:assert/strict';

import fc from 'fast-check';

import type {DownloadLink, UploadResponse} from '../../contract/files.js';
import {makePdf} from '../pdf.js';
import type {ApiResponse} from '../visitor.js';
import {
  incrementCounter,
  requireStatus,
  hasEnded,
  operationTarget,
  createVisitorOperation,
} from './operation.js';
import type {Model} from './operation.js';
import {MAX_FILES} from './visit.js';
import type {ModelFile, ModelVisit} from './visit.js';
import type {World} from './world.js';

const NO_ID = '00000000-0000-4000-8000-000000000000';

export interface FileUpload {
  name: string;
  bytes: Buffer;
  key: string | undefined;
  /** Value of the `size` field; null omits it. */
  size: number | null;
}

export const sendUpload = (
  world: World,
  replica: number,
  visit: ModelVisit,
  {name, bytes, key, size}: FileUpload,
): Promise<ApiResponse<UploadResponse>> => {
  const form = new FormData();
  if (size !== null) form.set('size', String(size));
  form.set('file', new Blob([bytes], {type: 'application/pdf'}), name);
  return world.callAs<UploadResponse>(replica, visit, {
    method: 'POST',
    path: '/api/files/upload',
    form,
    ...(key && {headers: {'idempotency-key': key}}),
  });
};

/**
 * Expects a rejection that precedes the check of the file's bytes. Returns whether there was one.
 */
const isRefusedEarly = (visit: ModelVisit, response: ApiResponse<object>): boolean => {
  if (!hasEnded(visit, response)) {
    if (visit.consents.personal_data !== true) requireStatus(response, 403, 'consent_required');
    else if (visit.files.length >= MAX_FILES) requireStatus(response, 409, 'too_many_files');
    else return false;
  }
  visit.audit('file_upload_error');
  return true;
};

export const recordUpload = (visit: ModelVisit, file: ModelFile, model: Model): void => {
  visit.store(file);
  incrementCounter(model, 'uploaded');
};

const upload = createVisitorOperation(
  'upload',
  fc.record({
    who: fc.nat(3),
    replica: fc.nat(1),
    name: fc.constantFrom('a.pdf', 'Lebenslauf.pdf', '履歴書.pdf', 'سيرة.pdf', 'a.pdf'),
    size: fc.integer({min: 600, max: 20_000}),
    isAnnounced: fc.boolean(),
  }),
  async (visit, world, {replica, name, size, isAnnounced}, model) => {
    const bytes = makePdf(size);
    const sent = {name, bytes, key: undefined, size: isAnnounced ? size : null};
    const response = await sendUpload(world, replica, visit, sent);
    if (isRefusedEarly(visit, response)) return;
    requireStatus(response, 201);
    assert.equal(response.body.file.name, name);
    recordUpload(visit, {...sent, id: response.body.file.id}, model);
  },
);

/** Uploads with one of two keys, with the same bytes as before or with other bytes. */
const uploadWithKey = createVisitorOperation(
  'upload with key',
  fc.record({
    who: fc.nat(3),
    replica: fc.nat(1),
    key: fc.constantFrom('first', 'second'),
    isSame: fc.boolean(),
  }),
  async (visit, world, {replica, key, isSame}, model) => {
    const twin = visit.files.find((file) => file.key === key);
    const bytes = twin && isSame ? twin.bytes : makePdf(2_000);
    const sent = {name: `${key}.pdf`, bytes, key, size: bytes.length};
    const response = await sendUpload(world, replica, visit, sent);
    if (twin && visit.isAlive) {
      if (isSame) {
        requireStatus(response, 200);
        assert.equal(response.body.file.id, twin.id);
      } else {
        requireStatus(response, 422, 'idempotency_key_reused');
        visit.audit('file_upload_error');
      }
      return;
    }
    if (isRefusedEarly(visit, response)) return;
    requireStatus(response, 201);
    recordUpload(visit, {...sent, id: response.body.file.id}, model);
  },
);

const uploadWrong = createVisitorOperation(
  'upload wrong',
  fc.record({
    who: fc.nat(3),
    replica: fc.nat(1),
    kind: fc.constantFrom('not_a_pdf' as const, 'size_mismatch' as const),
  }),
  async (visit, world, {replica, kind}) => {
    const bytes = kind === 'not_a_pdf' ? Buffer.from('x'.repeat(3_000)) : makePdf(3_000);
    const size = kind === 'size_mismatch' ? 3_001 : 3_000;
    const sent = {name: 'wrong.pdf', bytes, key: undefined, size};
    const response = await sendUpload(world, replica, visit, sent);
    if (isRefusedEarly(visit, response)) return;
    requireStatus(response, kind === 'not_a_pdf' ? 415 : 400, kind);
    visit.audit('file_upload_error');
  },
);

const deleteFile = createVisitorOperation(
  'delete file',
  fc.record({who: fc.nat(3), replica: fc.nat(1), which: fc.nat(5)}),
  async (visit, world, {replica, which}) => {
    const ids = [...visit.files.map(({id}) => id), ...visit.deletedIds];
    const id = ids[which % (ids.length || 1)] ?? NO_ID;
    const response = await world.callAs(replica, visit, {
      method: 'DELETE',
      path: `/api/files/${id}`,
    });
    if (hasEnded(visit, response)) return;
    if (id === NO_ID) {
      requireStatus(response, 404, 'not_found');
      return;
    }
    requireStatus(response, 204);
    if (!visit.deletedIds.includes(id)) visit.delete(id);
  },
);

const download = createVisitorOperation(
  'download',
  fc.record({who: fc.nat(3), replica: fc.nat(1), which: fc.nat(5)}),
  async (visit, world, {replica, which}) => {
    const known = visit.files[which];
    const id = known?.id ?? visit.deletedIds[0] ?? NO_ID;
    const response = await world.callAs<DownloadLink>(replica, visit, {
      method: 'GET',
      path: `/api/files/download/${id}`,
    });
    if (hasEnded(visit, response)) return;
    if (!known) {
      requireStatus(response, 404, 'not_found');
      return;
    }
    requireStatus(response, 200);
    visit.audit('file_download');
    const bytes = Buffer.from(await (await fetch(response.body.url)).arrayBuffer());
    assert.ok(bytes.equals(known.bytes), 'the bytes behind the link are those that were sent');
  },
);

const exportAll = createVisitorOperation(
  'export',
  operationTarget,
  async (visit, world, {replica}) => {
    const response = await world.callAs(replica, visit, {
      method: 'GET',
      path: '/api/session/export',
    });
    if (hasEnded(visit, response)) return;
    requireStatus(response, 200);
    visit.audit('data_exported');
  },
);

export const fileOperations = [
  ...[upload, upload, upload, uploadWithKey, uploadWithKey, uploadWrong],
  ...[deleteFile, download, exportAll],
];
