const DESKTOP = {width: 1200, height: 800};
const PHONE = {width: 390, height: 844};

/** Devices and settings of owners. Each state of the console has one picture for each of them. */
export const CONSOLE_LOOKS = [
  {name: 'console-light', viewport: DESKTOP},
  {name: 'console-dark', viewport: DESKTOP, colorScheme: 'dark'},
  {name: 'console-arabic', viewport: DESKTOP, locale: 'ar'},
  {name: 'console-german', viewport: DESKTOP, locale: 'de'},
  {name: 'console-forced-colors', viewport: DESKTOP, forcedColors: 'active'},
  {name: 'console-phone', viewport: PHONE, isMobile: true},
  {name: 'console-phone-dark', viewport: PHONE, isMobile: true, colorScheme: 'dark'},
  {name: 'console-phone-arabic', viewport: PHONE, isMobile: true, locale: 'ar'},
];

/** Look of the pictures of the README. */
export const CONSOLE_PICTURE_LOOK = {
  viewport: {width: 1040, height: 680},
  deviceScaleFactor: 2,
};

/** Pictures of the README, with the states that they show. */
export const CONSOLE_PICTURES = {
  'console-leads': 'leads',
  'console-lead': 'lead-pages',
  'console-funnel': 'funnel',
};
