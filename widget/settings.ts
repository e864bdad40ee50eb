import type {SiteStorage} from './storage.js';

/** The panel is laid out for this, also where it is 320 px wide. */
export const LARGEST_TEXT = 1.3;
const TICK_HZ = 660;
const TICK_S = 0.12;

/** One for each element: two of two sites may stand on one page. */
const sheets = new WeakMap<ShadowRoot, CSSStyleSheet>();

/** What the visitor has set in this browser reaches the panel, also from another tab. */
export const applySettings = (root: ShadowRoot, storage: SiteStorage) => {
  const size = Math.min(Number(storage.get('text-size')) || 1, LARGEST_TEXT);
  if (!sheets.has(root)) {
    sheets.set(root, new CSSStyleSheet());
    root.adoptedStyleSheets.push(sheets.get(root)!);
  }
  sheets.get(root)!.replaceSync(`.inside{zoom:${size}}`);
};

/** Only for those who have asked for it, and only while they look elsewhere. */
export const chimeUnseen = (isOpen: boolean, storage: SiteStorage) => {
  if ((!isOpen || document.hidden) && storage.get('sound') === 'true') chime();
};

/** One soft tick, without a file. A page that was never touched keeps silent. */
export const chime = () => {
  const audio = new AudioContext();
  const tone = new OscillatorNode(audio, {frequency: TICK_HZ});
  const volume = new GainNode(audio, {gain: 0.15});
  const end = audio.currentTime + TICK_S;
  volume.gain.exponentialRampToValueAtTime(0.001, end);
  tone.connect(volume).connect(audio.destination);
  tone.onended = () => void audio.close();
  tone.start();
  tone.stop(end);
};
