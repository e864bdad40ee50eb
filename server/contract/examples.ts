import {PDF_CONTENT_TYPE} from './limits.js';

/** Examples in the OpenAPI document. A test validates each example with its schema. */
export const EXAMPLE_UUID = '2f1c7c1e-6d0b-4c53-9d1a-0a5c8a6f3b1e';
export const EXAMPLE_TIME = '2026-11-21T09:30:00.000Z';
export const EXAMPLE_TOKEN =
  'q1Zt3xJkq0m2bXQh8cE5yV7wS9uN4rT6pL1oK3iJ5hG.demo.A7sD9fG2hJ4kL6zX8cV0bN1mQ3wE5rT7yU9iO2pA4sD';

const EXAMPLE_FILE_ID = '7d1b0a52-3f5e-4b0e-9a57-52d7c0a1f0c4';

export const EXAMPLE_FILE = {
  id: EXAMPLE_FILE_ID,
  name: 'Gutachten 2026.pdf',
  size: 48_213,
  content_type: PDF_CONTENT_TYPE,
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  uploaded_at: EXAMPLE_TIME,
  url: `/api/files/download/${EXAMPLE_FILE_ID}`,
};

export const EXAMPLE_MESSAGE = {
  id: 17,
  client_id: 'c0f1e2d3-message-1',
  role: 'visitor',
  body: 'Here is the report that you asked for.',
  state: 'complete',
  created_at: EXAMPLE_TIME,
  files: [EXAMPLE_FILE],
};

export const EXAMPLE_DOWNLOAD = {
  url: `https://files.example.com/maria/uploads/${EXAMPLE_UUID}/${EXAMPLE_FILE_ID}.pdf?X-Amz-Expires=60&X-Amz-Signature=…`,
  expires_at: EXAMPLE_TIME,
};

export const EXAMPLE_SESSION = {
  uuid: EXAMPLE_UUID,
  state: 'pending',
  name: 'Anna Beispiel',
  email_masked: 'a•••@example.com',
  pending_email_masked: null,
  delayed: false,
  consents: [
    {purpose: 'personal_data', granted: true, recorded_at: EXAMPLE_TIME},
    {purpose: 'ai_training', granted: false, recorded_at: EXAMPLE_TIME},
  ],
  files: [EXAMPLE_FILE],
  idle_expires_at: null,
};

export const EXAMPLE_VISIT = {
  ...EXAMPLE_SESSION,
  state: 'visit',
  name: null,
  email_masked: null,
  consents: [],
  files: [],
  idle_expires_at: EXAMPLE_TIME,
};

export const EXAMPLE_ANSWERS = [
  {
    field: 'position',
    question: 'Which position are you applying for?',
    value: 'nurse',
    label: 'Nurse',
  },
];

export const EXAMPLE_DECISIONS = [
  {
    purpose: 'personal_data',
    granted: true,
    wording: 'May we store what you tell us, to handle your request?',
    locale: 'en',
  },
  {
    purpose: 'ai_training',
    granted: false,
    wording: 'May your files be used to train our assistant?',
    locale: 'en',
  },
];
