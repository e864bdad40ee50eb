import {expect} from '@open-wc/testing';
import './helpers.js';

interface Manifest {
  loader: string;
  chat: string;
  files: {name: string; role: string; gzip: number; integrity: string}[];
}

const manifest = (await (await fetch('/widget/manifest.json')).json()) as Manifest;
const sizeOf = (role: string) =>
  manifest.files.filter((file) => file.role === role).map(({gzip}) => gzip);
const sum = (sizes: number[]) => sizes.reduce((total, size) => total + size, 0);
const largestLanguage = Math.max(...sizeOf('language'));

describe('bundle size', () => {
  it('the loader is at most 3 kB', () => {
    expect(sum(sizeOf('loader'))).to.be.at.most(3_000);
  });

  it('what protects the element from the page is one file of at most 2.5 kB', () => {
    expect(sizeOf('host-page')).to.have.length(1);
    expect(sum(sizeOf('host-page'))).to.be.at.most(2_500);
  });

  it('it brings no other file with it', async () => {
    const {name} = manifest.files.find(({role}) => role === 'host-page')!;
    const code = await (await fetch(`/widget/${name}`)).text();
    expect(code).not.to.match(/\bimport\b|\bfrom\s*["']/);
  });

  it('the first opening is at most 29 kB with its language', () => {
    expect(sum(sizeOf('chat')) + largestLanguage).to.be.at.most(29_000);
  });

  it('everything is at most 48 kB', () => {
    // The script tag's way in, or that of a page that imports the element; nobody takes both.
    const wayIn = Math.max(sum(sizeOf('loader')), sum(['module', 'launcher'].flatMap(sizeOf)));
    const parts = ['host-page', 'chat', 'intake'].flatMap(sizeOf);
    expect(wayIn + sum(parts) + largestLanguage).to.be.at.most(48_000);
  });

  for (const [role, bytes] of [
    ['language', 3_500],
    ['dialog-language', 1_000],
    ['question-language', 750],
  ] as const) {
    it(`six files of at most ${bytes} B each: ${role}`, () => {
      expect(sizeOf(role)).to.have.length(6);
      expect(Math.max(...sizeOf(role))).to.be.at.most(bytes);
    });
  }

  it('the dialogs are one file, which few visitors ever ask for', () => {
    expect(sizeOf('dialogs')).to.have.length(1);
    expect(sum(sizeOf('dialogs'))).to.be.at.most(5_200);
  });

  // What these need was asked for; a visit in one go fetches none of them.
  for (const [role, bytes] of [
    ['messages', 8_000],
    ['resume', 2_250],
    ['questions', 4_500],
    ['inputs', 4_000],
    ['export', 1_000],
    ['chime', 500],
  ] as const) {
    it(`one file of at most ${bytes} B: ${role}`, () => {
      expect(sizeOf(role)).to.have.length(1);
      expect(sum(sizeOf(role))).to.be.at.most(bytes);
    });
  }

  it('no file is without a part in these sums', () => {
    const roles = new Set(manifest.files.map(({role}) => role));
    expect([...roles].sort()).to.deep.equal([
      'attribute-warnings',
      'chat',
      'chime',
      'debug-panel',
      'dialog-language',
      'dialogs',
      'export',
      'host-page',
      'inputs',
      'intake',
      'language',
      'launcher',
      'loader',
      'messages',
      'module',
      'question-language',
      'questions',
      'resume',
    ]);
  });

  it('the loader is no more than what its integrity says', async () => {
    const bytes = await (await fetch('/maria-chat.js')).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-384', bytes));
    const {integrity} = manifest.files.find(({role}) => role === 'loader')!;
    expect(`sha384-${btoa(String.fromCharCode(...digest))}`).to.equal(integrity);
  });
});
