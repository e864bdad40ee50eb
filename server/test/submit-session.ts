import {makePdf} from './pdf.js';
import type {TestServer} from './start-server.js';
import {Visitor} from './visitor.js';

/** Submits a session with one file, whose e-mail address is not confirmed yet. */
export const submitSession = async (
  server: TestServer,
  email: string,
  name = 'Zora Zwiebelfisch',
) => {
  await server.sql`delete from mail_counts`;
  const visitor = await Visitor.consenting(server.url);
  await visitor.upload(makePdf(), {name: 'cv.pdf'});
  await visitor.contact(email, name);
  return visitor;
};
