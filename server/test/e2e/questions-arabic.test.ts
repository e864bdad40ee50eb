import path from 'node:path';

import t from 'tap';

import {chromium} from './browsers/chromium.js';
import {firefox} from './browsers/firefox.js';
import {expectFunnel} from './walks/funnel.js';
import {createMouse} from './walks/hands.js';
import {eraseByCommand, expectNoTraces, expectTraces} from './walks/traces.js';
import {compareFile, completeWalk, createPdfFile, startWalk, submitEmail} from './walks/walk.js';

const NAME = 'نورا الزيتوني';
const EMAIL = 'noora@example.com';
const POLICY = 'ZW-7351926';
const REPORT = 'B-6291537';
const PLACE = 'شارع الزيتون ٧، برلين';
const DESCRIPTION = 'كُسر الباب في الليل وسُرقت الأجهزة.';
const OWN_ITEM = 'خزانة جدّي';
const PHONE = '+49 30 5193726';
const ANSWERS = [POLICY, REPORT, PLACE, DESCRIPTION, OWN_ITEM, PHONE];

for (const kind of [chromium, firefox]) {
  const {name, missing} = kind;
  t.test(`an insurance claim in Arabic, in ${name}`, {skip: missing}, async (t) => {
    const walk = await startWalk(t, kind, {
      example: 'insurance-claim',
      language: 'ar',
      name: NAME,
      page: '/examples/arabic.html',
      createHand: createMouse,
    });
    const {server, tab, walker} = walk;
    const file = await createPdfFile(t, 'فاتورة.pdf');
    const typed = [NAME, EMAIL, '٧٣٥١٩', '73519.26', ...ANSWERS];

    await walker.fill('nameLabel', NAME);
    await walker.pressText('agree');
    await walker.type('policy_number', POLICY);
    await walker.chooseOptions('damage', {options: ['theft']});
    await walker.chooseDate('happened_on', '2025-03-03');
    await walker.pressYesOrNo('police', true);
    await walker.type('police_reference', REPORT);
    await walker.type('place', PLACE);
    await walker.type('description', DESCRIPTION);
    await walker.chooseOptions('items', {options: ['electronics', 'building'], other: OWN_ITEM});
    await walker.pressYesOrNo('home', false);
    await walker.type('amount', '٧٣٥١٩٫٢٦', 73519.26, '73,519.26\u00a0يورو');
    await walker.untilSaid(walker.visit.getText('urgent'), walker.visit.getText('expert'));
    t.equal(
      await tab.read(`getComputedStyle(document.querySelector('maria-chat').shadowRoot
        .querySelector('[role=dialog]')).direction`),
      'rtl',
    );
    await walker.pressText('disagree');
    await walker.uploadFiles([file]);
    await walker.type('phone', PHONE);
    await walker.untilStep('email');
    await expectNoTraces(t, server, typed);
    const uuid = await submitEmail(walk, EMAIL);
    await completeWalk(t, walk, {email: EMAIL, uuid});

    await compareFile(t, walk, file);
    await expectTraces(t, server, ['73519.26', ...ANSWERS]);
    await expectFunnel(t, walk);
    await eraseByCommand(t, walk, {uuid, typed: [...typed, path.basename(file)]});
  });
}
