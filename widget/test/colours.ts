/** Of one drawn pixel, so that any colour space a browser knows is understood. */
const luminance = (...colors: string[]) => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d')!;
  for (const color of colors) {
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
  }
  const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
};

/** As WCAG 2.2 has it: from 1, the same, to 21, black on white. `ground` lies below translucent colours. */
export const contrastOf = (one: string, other: string, ground = '#fff') => {
  const [dark, light] = [luminance(ground, one), luminance(ground, other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
};
