import type {Test} from 'tap';

import type {Session} from '../../contract/sessions.js';
import {request} from '../visitor.js';
import type {Opened} from './example-pages.js';

const ANSWERS = {
  occasion: 'wedding',
  party_date: '2040-06-01',
  place: 'hall',
  food: ['vegan', 'fish', {other: 'Cake'}],
  budget: 42.5,
  music: true,
  songs: 'Swing\nJazz',
  phone: '+44 20 7946 0018',
  website: 'https://example.com/party',
};

/** Answers a question of each kind, and compares the answers that the server has stored. */
export const answerQuestions = async (t: Test, {page, widget, url}: Opened): Promise<void> => {
  const fill = async (question: string, text: string) => {
    await widget.root.getByLabel(question).fill(text);
    await widget.button('Send').click();
  };
  const check = async (...options: string[]) => {
    for (const option of options)
      await widget.root.locator('label.option').getByText(option, {exact: true}).click();
  };
  await widget.root.getByLabel('Which company or club is the party for, Robin?').waitFor();
  await widget.button('Skip').click();
  await widget.button('Wedding').click();
  await fill('Wedding: on which day?', '2040-06-01');
  await check('In a hall that you have booked');
  await widget.button('Continue').click();
  await check('Vegan', 'Fish', 'Other');
  await widget.root.getByRole('textbox', {name: 'Other'}).fill('Cake');
  await widget.button('Continue').click();
  await fill('What may the food cost for each guest? (euros)', '42.50');
  await widget.button('Yes').click();
  await fill('Which music do you like?', 'Swing\nJazz');
  await fill('At which number can we call you?', '+44 20 7946 0018');
  await fill('Is there a web page about the party?', 'example.com/party');
  await widget.button('I agree').click();
  await widget.submitEmail('robin@example.com');

  const [uuid = '', token = ''] = await page.evaluate<string[]>(
    `localStorage.getItem('maria-chat:questions:token').split(' ')`,
  );
  const headers = {'x-session-uuid': uuid, authorization: `Bearer ${token}`};
  const {body} = await request<Session>(url, 'GET', '/api/session', {headers});
  const answers = (body.answers ?? []).map(({field, value}) => [field, value] as const);
  t.same(Object.fromEntries(answers), ANSWERS);
  t.equal(body.answers?.[1]?.question, 'Wedding: on which day?');
};
