import path from 'node:path';

import t from 'tap';

import {columnsWith} from '../data-traces.js';
import {until} from '../until.js';
import {chromium} from './browsers/chromium.js';
import {firefox} from './browsers/firefox.js';
import {expectFunnel} from './walks/funnel.js';
import {createMouse} from './walks/hands.js';
import {eraseByVisitor, expectNoTraces, expectTraces} from './walks/traces.js';
import {compareFile, completeWalk, createPdfFile, startWalk, submitEmail} from './walks/walk.js';

const NAME = 'Jörg Zwiebelfisch';
const EMAIL = 'joerg.zwiebelfisch@example.com';
const COMPANY = 'Zwiebelfisch & Töchter GmbH';
const GOALS = 'Alles soll „Zwiebel“-einfach sein.';
const PHONE = '0221 / 7351926';
const MARKET = 'auf dem Zwiebelmarkt';
/** Answers that the changed answer leads around. */
const LEFT_OUT = [COMPANY, 'zwiebelfisch.example', '3735192', '3.735.192'];

for (const kind of [chromium, firefox]) {
  const {name, missing} = kind;
  t.test(`a new client who changes an answer, in ${name}`, {skip: missing}, async (t) => {
    const walk = await startWalk(t, kind, {
      example: 'client-onboarding',
      language: 'de',
      name: NAME,
      createHand: createMouse,
    });
    const {server, walker} = walk;
    const file = await createPdfFile(t, 'zwiebelfisch-bilanz.pdf');
    const typed = [NAME, EMAIL, GOALS, PHONE, MARKET, ...LEFT_OUT];

    await walker.fill('nameLabel', NAME);
    await walker.pressText('agree');
    await walker.pressOption('client', 'company');
    await walker.type('company', COMPANY);
    await walker.type('website', 'zwiebelfisch.example', 'https://zwiebelfisch.example');
    await walker.type('employees', '3.735.192', 3735192, '3.735.192');
    await walker.chooseDate('founded', '2025-03-03');
    await walker.untilSaid(walker.visit.getText('young'));
    const asked = walker.visit.getDelivered().map(({field}) => field);
    await walker.change('client');
    await walker.pressOption('client', 'private');
    walker.visit.forget('company', 'website', 'employees', 'founded');
    await walker.chooseOptions('services', {options: ['payroll', 'advice']});
    await walker.type('payslips', '7', 7);
    await walker.type('goals', GOALS);
    await walker.pressOption('contact_by', 'phone');
    await walker.type('phone', PHONE);
    await walker.uploadFiles([file]);
    await walker.untilStep('email');
    await expectNoTraces(t, server, typed);
    const uuid = await submitEmail(walk, EMAIL);
    await walker.chooseOptions('heard_from', {other: MARKET});
    await until(async () => (await columnsWith(server, [MARKET])).length > 0);
    await completeWalk(t, walk, {email: EMAIL, uuid});

    t.same(await columnsWith(server, LEFT_OUT), [], 'answers of the other way are not submitted');
    await compareFile(t, walk, file);
    await expectTraces(t, server, [GOALS, PHONE, MARKET]);
    await expectFunnel(t, walk, asked);
    await eraseByVisitor(t, walk, {uuid, typed: [...typed, path.basename(file)]});
  });
}
