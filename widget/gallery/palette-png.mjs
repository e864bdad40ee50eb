import {crc32, deflateSync, inflateSync} from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MAX_COLOURS = 256;
/** The most common colours are kept exactly: they are those of areas and shadows. */
const EXACT_COLOURS = 144;
const TRUE_COLOUR = 2;
const PALETTE = 3;

/**
 * Returns a PNG with at most 256 colours, which is less than half as large. The input is a screenshot
 * of Chromium: eight bits for each of red, green and blue.
 */
export function toPalettePng(png) {
  const {width, height, pixels} = decode(png);
  const counts = new Map();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const common = [...counts].sort(([, one], [, other]) => other - one).map(([colour]) => colour);
  const palette = choosePalette(common);
  const indexes = new Map(common.map((colour) => [colour, findNearest(palette, colour).index]));
  return encode({width, height, palette, bytes: pixels.map((colour) => indexes.get(colour))});
}

/** Adds colours that differ enough from all others, so that no colour changes visibly. */
function choosePalette(common) {
  for (let distance = 1; ; distance++) {
    const palette = common.slice(0, EXACT_COLOURS);
    for (const colour of common.slice(EXACT_COLOURS)) {
      if (findNearest(palette, colour).distance < distance) continue;
      palette.push(colour);
      if (palette.length > MAX_COLOURS) break;
    }
    if (palette.length <= MAX_COLOURS) return palette;
  }
}

function findNearest(palette, colour) {
  const nearest = {index: -1, distance: Infinity};
  for (const [index, other] of palette.entries()) {
    const distance = Math.hypot(...channels(colour).map((value, i) => value - channels(other)[i]));
    if (distance < nearest.distance) Object.assign(nearest, {index, distance});
  }
  return nearest;
}

const channels = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];

function decode(png) {
  const packed = [];
  let header;
  for (let at = SIGNATURE.length; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    const type = png.toString('latin1', at + 4, at + 8);
    if (type === 'IHDR') header = data;
    if (type === 'IDAT') packed.push(data);
  }
  if (header[8] !== 8 || header[9] !== TRUE_COLOUR) throw new Error('Expected RGB of 8 bits.');
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const bytes = undoFilters(inflateSync(Buffer.concat(packed)), width * 3, height);
  const pixels = Array.from({length: width * height}, (_, i) => bytes.readUIntBE(i * 3, 3));
  return {width, height, pixels};
}

/** Each line begins with the number of its filter, which predicts a byte from its neighbours. */
function undoFilters(lines, stride, height) {
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1);
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x >= 3 ? out[at - 3] : 0;
      const up = y > 0 ? out[at - stride] : 0;
      const corner = x >= 3 && y > 0 ? out[at - stride - 3] : 0;
      const guesses = [0, left, up, (left + up) >> 1, paeth(left, up, corner)];
      out[at] = lines[start + 1 + x] + guesses[lines[start]];
    }
  }
  return out;
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((value) => Math.abs(guess - value));
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function encode({width, height, palette, bytes}) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, PALETTE], 8);
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++)
    lines.set(bytes.slice(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(channels))),
    chunk('IDAT', deflateSync(lines, {level: 9})),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type, data) {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(typed), 4);
  return Buffer.concat([ends.subarray(0, 4), typed, ends.subarray(4)]);
}
