const TICK_HZ = 660;
const TICK_S = 0.12;

/** Plays a soft tick without a sound file. Browsers keep a page silent that was never touched. */
export const tick = () => {
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
