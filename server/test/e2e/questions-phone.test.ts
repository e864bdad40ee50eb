import t from 'tap';

import {chromium} from './browsers/chromium.js';
import {firefox} from './browsers/firefox.js';
import {PHONE_SCREEN} from './browsers/tab.js';
import {expectFunnel} from './walks/funnel.js';
import {createTouch} from './walks/hands.js';
import {eraseByVisitor, expectNoTraces, expectTraces} from './walks/traces.js';
import {completeWalk, startWalk, submitEmail} from './walks/walk.js';

const NAME = 'Zora Zwiebelfisch';
const EMAIL = 'zora.zwiebelfisch@example.com';
const NOTE = 'I bring my guide dog Zwiebel.';

for (const kind of [chromium, firefox]) {
  const {name, missing} = kind;
  t.test(`a request for an appointment on a phone, in ${name}`, {skip: missing}, async (t) => {
    const walk = await startWalk(t, kind, {
      example: 'appointment-request',
      language: 'en',
      name: NAME,
      isPhone: true,
      createHand: createTouch,
    });
    const {server, tab, walker} = walk;
    const typed = [NAME, EMAIL, NOTE];
    const overflow = () =>
      tab.read<number>(`(() => {
        const {shadowRoot} = document.querySelector('maria-chat');
        const {scrollWidth} = shadowRoot.querySelector('[role=dialog]');
        return scrollWidth - window.innerWidth;
      })()`);

    t.equal(await tab.read('window.innerWidth'), PHONE_SCREEN.width);
    await walker.fill('nameLabel', NAME);
    await walker.pressText('agree');
    await walker.pressOption('reason', 'eye_test');
    await walker.pressYesOrNo('been_here', false);
    await walker.pressYesOrNo('wearing', true);
    await walker.chooseDate('day', `${new Date().getFullYear() + 1}-03-03`);
    await walker.chooseOptions('times', {options: ['morning', 'afternoon']});
    t.ok((await overflow()) <= 0, 'nothing is wider than the screen');
    await walker.type('people', '2', 2);
    await walker.skip('phone');
    await walker.type('note', NOTE);
    await walker.untilStep('email');
    await expectNoTraces(t, server, typed);
    const uuid = await submitEmail(walk, EMAIL);
    await completeWalk(t, walk, {email: EMAIL, uuid});

    await expectTraces(t, server, [NOTE]);
    await expectFunnel(t, walk, ['phone']);
    await eraseByVisitor(t, walk, {uuid, typed});
  });
}
