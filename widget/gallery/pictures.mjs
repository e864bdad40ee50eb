/** Size of each picture of the README, in CSS pixels. */
export const PICTURE = {width: 456, height: 704};

/** Wider than `PICTURE`, because the panel fills a narrow window. */
const WINDOW = {width: 900, height: PICTURE.height};

export const PICTURE_LOOK = {name: 'picture', viewport: WINDOW, deviceScaleFactor: 2};

/** The lower right corner of the window, where the chat is. */
export const PICTURE_CLIP = {x: WINDOW.width - PICTURE.width, y: 0, ...PICTURE};

const STYLE = `
:root { color-scheme: light; }
body { margin: 0; min-height: 100vh; background: #eeecf8; color: #1d1b33; font: 16px/1.5 system-ui, sans-serif; }
main { margin-inline-start: calc(100vw - ${PICTURE.width}px); padding: 22px 36px; }
h1 { margin: 0; font-size: 21px; line-height: 1.3; letter-spacing: -0.01em; }
p { margin: 2px 0 0; color: #5b587a; font-size: 15px; }
maria-chat { --maria-height: 520px; }
`;

/** Returns a section of a calm page, with the script tag. */
export const createSection = ({
  site,
}) => `<!doctype html><html lang="en"><title>Acme Recruiting</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style>${STYLE}</style><main><h1>Apply to Acme in two minutes</h1><p>Send us your CV and certificates.</p></main>
<script src="/maria-chat.js" data-site="${site}" async></script></html>`;

const FILES = [
  ['CV Amira Haddad.pdf', 480_000],
  ['Certificates.pdf', 1_240_000],
];

/** Pictures of the README, as one visit: each row has a name and the steps from the row before. */
export const PICTURES = [
  [
    'ask',
    async (v) => {
      await v.arrive();
      await v.open();
      await v.start();
      await v.root.locator('.composer input').pressSequentially('Amira Haddad');
    },
  ],
  ['consent', (v) => v.press('.send').then(() => v.see('.consent'))],
  [
    'files',
    async (v) => {
      await v.decide(true);
      await v.decide(false);
      await v.choose(FILES);
      await v.press('.files .pair button');
      await v.root
        .locator('.file.success')
        .nth(FILES.length - 1)
        .waitFor();
    },
  ],
  [
    'confirmed',
    async (v) => {
      await v.press('.files .pair > :last-child');
      await v.see('.composer');
      await v.answer(v.email);
      await v.see('.card');
      await v.confirm();
    },
  ],
];
