import path from 'node:path';

import t from 'tap';

import {chromium} from './browsers/chromium.js';
import {firefox} from './browsers/firefox.js';
import {expectFunnel} from './walks/funnel.js';
import {createKeyboard} from './walks/hands.js';
import {eraseByCommand, expectNoTraces, expectTraces} from './walks/traces.js';
import {compareFile, completeWalk, createPdfFile, startWalk, submitEmail} from './walks/walk.js';

const NAME = 'Ines Zwiebelfisch';
const EMAIL = 'ines.zwiebelfisch@example.com';
const OWN_LANGUAGE = 'Zwiebelfischisch';
const PAGE = 'example.com/zwiebelfisch';
const REASON = 'I like to look after people.';
const PHONE = '+49 221 7351926';
const ANSWERS = [OWN_LANGUAGE, PAGE, REASON, PHONE];

for (const kind of [chromium, firefox]) {
  const {name, missing} = kind;
  t.test(
    `an application for a job with the keyboard only, in ${name}`,
    {skip: missing},
    async (t) => {
      const walk = await startWalk(t, kind, {
        example: 'job-application',
        language: 'en',
        name: NAME,
        createHand: createKeyboard,
      });
      const {server, walker} = walk;
      const file = await createPdfFile(t, 'zwiebelfisch-cv.pdf');
      const typed = [NAME, EMAIL, ...ANSWERS];

      await walker.fill('nameLabel', NAME);
      await walker.pressText('agree');
      await walker.pressOption('area', 'nursing');
      await walker.pressYesOrNo('diploma', false);
      await walker.type('experience', '12.5', 12.5, '12.5\u00a0years');
      await walker.untilSaid(walker.visit.getText('training'));
      await walker.pressYesOrNo('leading', true);
      await walker.chooseOptions('languages', {options: ['german', 'french'], other: OWN_LANGUAGE});
      await walker.pressOption('working_time', 'part_time');
      await walker.type('hours', '19', 19, '19\u00a0hours');
      // The order of day and month depends on the browser, so that they are equal.
      const year = new Date().getFullYear() + 1;
      await walker.chooseDate('start_date', `${year}-03-03`, `0303${year}`);
      await walker.type('profile', PAGE, `https://${PAGE}`);
      await walker.untilSaid(walker.visit.getText('profile_thanks'));
      await walker.type('motivation', `${REASON}\nAnd coffee.`);
      await walker.uploadFiles([file]);
      await walker.type('phone', PHONE);
      await walker.untilStep('email');
      await expectNoTraces(t, server, typed);
      const uuid = await submitEmail(walk, EMAIL);
      await completeWalk(t, walk, {email: EMAIL, uuid});

      await compareFile(t, walk, file);
      await expectTraces(t, server, ANSWERS);
      await expectFunnel(t, walk);
      await eraseByCommand(t, walk, {uuid, typed: [...typed, path.basename(file)]});
    },
  );
}
