const DESKTOP = {width: 1000, height: 760};
const PHONE = {width: 390, height: 844};

/** Devices and settings of visitors. Each state has one picture for each of them. */
export const LOOKS = [
  {name: 'light', viewport: DESKTOP},
  {name: 'dark', viewport: DESKTOP, colorScheme: 'dark'},
  {name: 'arabic', viewport: DESKTOP, lang: 'ar'},
  {
    name: 'german',
    viewport: DESKTOP,
    lang: 'de',
    attributes: {'privacy-url': 'https://acme.example/datenschutz'},
  },
  {name: 'phone-light', viewport: PHONE, isMobile: true},
  {name: 'phone-dark', viewport: PHONE, isMobile: true, colorScheme: 'dark'},
  {name: 'phone-arabic', viewport: PHONE, isMobile: true, lang: 'ar'},
  {name: 'phone-small', viewport: {width: 320, height: 568}, isMobile: true},
  {name: 'phone-landscape', viewport: {width: 667, height: 320}, isMobile: true},
  // A desktop of 1280 by 1024 at 400 %.
  {name: 'magnified', viewport: {width: 320, height: 256}},
  {name: 'forced-colors', viewport: DESKTOP, forcedColors: 'active'},
  {name: 'inline', viewport: DESKTOP, attributes: {mode: 'inline', target: '#place'}},
  {name: 'accent', viewport: DESKTOP, attributes: {accent: '#ffc845', radius: '4'}},
  {
    name: 'accent-dark',
    viewport: DESKTOP,
    colorScheme: 'dark',
    attributes: {accent: '#0a6e4f', radius: '24', position: 'start'},
  },
];
