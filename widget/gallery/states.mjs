import {TALKS} from './talk.mjs';

/**
 * Every state a visitor may see, as journeys: each row is the name of a picture and what leads there
 * from the row before it. A new state is a new row; one that needs another beginning, a new journey.
 */
const refusal = (status, code) => ({
  status,
  code,
  message: code,
  request_id: 'gallery',
  uuid: null,
});

export const JOURNEYS = [
  {
    name: 'conversation',
    states: [
      ['closed', (v) => v.arrive()],
      ['doors', (v) => v.open().then(() => v.see('.doors'))],
      ['name', (v) => v.start()],
      ['name-fault', (v) => v.press('.send').then(() => v.see('p.error:not(:empty)'))],
      ['consent-storing', (v) => v.answer('Amira Haddad-Öztürk').then(() => v.see('.consent'))],
      ['consent-training', (v) => v.decide(true)],
      ['files-empty', (v) => v.decide(false).then(() => v.see('.dropzone'))],
      ['files-drop-here', (v) => dragOver(v)],
      [
        'files-queued',
        (v) =>
          dragOut(v)
            .then(() => v.choose(PDFS))
            .then(() => v.see('.queued')),
      ],
      ['files-uploading', (v) => startUpload(v)],
      ['files-uploaded', (v) => finishUpload(v)],
      ['e-mail', (v) => v.press('.files .primary').then(() => v.see('.composer'))],
      ['e-mail-fault', (v) => v.answer('amira@').then(() => v.see('p.error:not(:empty)'))],
      ['pending', (v) => v.answer(v.email).then(() => v.see('.card'))],
      ['change-address', (v) => v.press('.pair > :last-child').then(() => v.see('.composer'))],
      ['complete', (v) => v.press('.tray .link').then(() => v.confirm())],
      ['copied', (v) => v.press('.done .icon').then(() => v.see('.toast'))],
      ['recognised', (v) => v.comeBack().then(() => v.see('.done'))],
    ],
  },
  {
    name: 'question-first',
    states: [
      ['question-typed', (v) => atDoors(v).then(() => v.type(QUESTION))],
      ['question-consent', (v) => v.press('.talk .send').then(() => v.see('.consent'))],
      ['question-asked', (v) => v.decide(true).then(() => v.see('.bubble .choice'))],
      ['question-name', (v) => v.press('.bubble .choice').then(() => v.see('.tray .composer'))],
      ['question-pending', (v) => v.leaveEmail().then(() => v.see('.card'))],
    ],
  },
  {
    name: 'question-refused',
    states: [
      [
        'question-not-sent',
        (v) =>
          atDoors(v)
            .then(() => v.type(QUESTION))
            .then(() => v.press('.talk .send'))
            .then(() => v.decide(false)),
      ],
    ],
  },
  {
    name: 'files',
    states: [
      [
        'refused',
        (v) =>
          atFiles(v)
            .then(() => v.choose(FAULTY))
            .then(() => v.see('.error')),
      ],
      ['failed', (v) => failUpload(v)],
    ],
  },
  {name: 'files-left-out', states: [['notice', (v) => leaveOut(v)]]},
  {
    name: 'no-consent',
    states: [
      [
        'refused',
        (v) =>
          atConsent(v)
            .then(() => v.decide(false))
            .then(() => v.see('.tray > .pair')),
      ],
    ],
  },
  {
    name: 'dialogs',
    states: [
      ['menu', (v) => atFiles(v).then(() => openMenu(v))],
      ['my-data', (v) => v.press('.item').then(() => v.see('.content .link'))],
    ],
  },
  {
    name: 'returning',
    states: [
      [
        'start-over',
        (v) =>
          atFiles(v)
            .then(() => v.press('.header .icon'))
            .then(() => v.press('.to-danger'))
            .then(() => v.see('[role=alertdialog]')),
      ],
      ['question', (v) => v.comeBackLater().then(() => v.see('.tray .primary'))],
    ],
  },
  {
    name: 'launcher',
    states: [
      ['label', (v) => v.arrive({'launcher-label': 'Ask Maria'})],
      ['focused', (v) => focusLauncher(v)],
    ],
  },
  {
    name: 'corrections',
    states: [
      ['may-be-made', (v) => atFiles(v).then(() => v.see('.line.visitor .icon'))],
      ['name', (v) => v.press('.line.visitor .icon').then(() => v.see('.composer'))],
    ],
  },
  {name: 'arriving', states: [['typing', (v) => neverAnswered(v)]]},
  {name: 'unreachable', states: [['launcher', (v) => withoutChat(v)]]},
  {name: 'offline', states: [['notice', (v) => offline(v)]]},
  {name: 'busy', states: [['notice', (v) => busy(v)]]},
  {name: 'error', states: [['notice', (v) => failing(v)]]},
  {name: 'unknown-site', states: [['line', (v) => elsewhere(v)]]},
  {name: 'storage-blocked', states: [['notice', (v) => unkept(v)]]},
  {
    name: 'reset',
    states: [['notice', (v) => backTo(v, 409, refusal('collision', 'uuid_collision'))]],
  },
  {name: 'gone', states: [['line', (v) => backTo(v, 410, refusal('gone', 'session_gone'))]]},
  ...TALKS,
];

const PDFS = [
  ['Lebenslauf Amira Haddad.pdf', 480_000],
  ['A rather long name of a certificate that was scanned in 2025 (final, version 2).pdf', 90_000],
  ['شهادة.pdf', 45_000],
];
const FAULTY = [
  ['Lebenslauf.pdf', 90_000],
  ['notes.txt', 900],
  ['Portfolio.pdf', 6_000_000],
  ['empty.pdf', 0],
];

const QUESTION = 'Do you also need my certificates from school?';

const atDoors = async (v) => {
  await v.arrive();
  await v.open();
  await v.see('.doors');
};

const atName = async (v) => {
  await v.arrive();
  await v.open();
  await v.start();
};

const atConsent = async (v) => {
  await atName(v);
  await v.answer('Amira');
  await v.see('.consent');
};

const atFiles = async (v) => {
  await atName(v);
  await v.reachFiles();
};

const openMenu = (v) => v.press('.header .icon').then(() => v.see('select'));

const drag = (type) => `(() => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(['%PDF-1.7'], 'a.pdf', {type: 'application/pdf'}));
  const panel = document.querySelector('maria-chat').shadowRoot.querySelector('.panel');
  panel.dispatchEvent(new DragEvent('${type}', {dataTransfer, bubbles: true, composed: true}));
})()`;

const dragOver = (v) => v.page.evaluate(drag('dragenter')).then(() => v.see('.drop-here'));
const dragOut = (v) => v.page.evaluate(drag('dragleave'));

const startUpload = async (v) => {
  await v.slowUploads(150_000);
  await v.press('.files .pair button');
  await v.see('.file.success');
  await v.see('.file.uploading');
};

const finishUpload = async (v) => {
  await v.slowUploads(-1);
  await v.root
    .locator('.file.success')
    .nth(PDFS.length - 1)
    .waitFor();
};

const failUpload = async (v) => {
  await v.refuse('/api/files/upload', 500, refusal('error', 'internal'));
  await v.press('.files .pair button');
  await v.see('.file.error .icon:nth-of-type(2)');
};

const leaveOut = async (v) => {
  await atFiles(v);
  await v.choose(FAULTY);
  await v.see('.error');
  await v.press('.files .primary');
  await v.see('.pair p.error');
};

const focusLauncher = async (v) => {
  if (v.isInline) return;
  for (let i = 0; i < 10; i++) {
    await v.page.keyboard.press('Tab');
    if (await v.root.locator('.launcher:focus-visible').count()) return;
  }
  throw new Error('The Tab key never reaches the launcher.');
};

const neverAnswered = async (v) => {
  await v.context.route('**/api/**', () => undefined);
  await v.arrive();
  await v.open();
  await v.see('.typing');
};

const withoutChat = async (v) => {
  await v.context.route('**/chat-*.js*', (route) => route.abort());
  await v.arrive();
  if (v.isInline) return;
  await v.press('.launcher');
  await v.see('output');
};

const offline = async (v) => {
  await atConsent(v);
  await v.context.setOffline(true);
  await v.press('.consent .choice');
  await v.see('.notice');
};

const busy = async (v) => {
  await atConsent(v);
  await v.refuse('/api/session/consents', 503, refusal('unavailable', 'busy'));
  await v.press('.consent .choice');
  await v.see('.notice');
};

const failing = async (v) => {
  await atConsent(v);
  await v.refuse('/api/session/consents', 500, refusal('error', 'internal'));
  await v.press('.consent .choice');
  await v.see('.notice');
};

const elsewhere = async (v) => {
  await v.arrive({site: 'nobody'});
  await v.open();
  await v.see('.tray button');
};

const unkept = async (v) => {
  await v.context.addInitScript(`Object.defineProperty(window, 'localStorage', {
    get() { throw new DOMException('no', 'SecurityError'); },
  })`);
  await atName(v);
};

const backTo = async (v, status, body) => {
  await atFiles(v);
  await v.refuse('/api/session/validate-uuid', status, body);
  await v.comeBack();
  await v.see('.composer');
};
