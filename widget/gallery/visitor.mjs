import {getConfirmationLink} from '../../dist/server/test/mailbox.js';
import {makePdf} from '../../dist/server/test/pdf.js';

const WAIT_MS = 10_000;

/** A visitor of one look, who finds elements by their place, because their texts differ. */
export class Visitor {
  constructor(context, {look, host, mailbox, responder}) {
    Object.assign(this, {context, look, host, mailbox, responder});
    responder.script = [];
    this.email = `${look.name}-${Math.random().toString(36).slice(2, 8)}@example.com`;
  }

  async arrive(attributes = {}) {
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(WAIT_MS);
    const {lang = 'en'} = this.look;
    const query = {site: 'demo', pageLang: lang, ...this.look.attributes, ...attributes};
    const url = new URL(this.host);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    await this.page.goto(url.href);
    this.root = this.page.locator('maria-chat');
    if (!this.isInline) await this.see('.launcher');
  }

  get isInline() {
    return this.look.attributes?.mode === 'inline';
  }

  async open() {
    if (!this.isInline) await this.press('.launcher');
    await this.see('.panel');
  }

  /** Goes through the first door. */
  async start() {
    await this.press('.doors button');
    await this.see('.tray .composer');
  }

  async comeBack() {
    await this.page.reload();
    const isPhone = this.look.isMobile;
    if (isPhone) await this.open();
  }

  /** Comes back after the time in which the conversation continues without a question. */
  async comeBackLater() {
    await this.page.evaluate('sessionStorage.clear()');
    await this.comeBack();
  }

  see(selector) {
    return this.root.locator(selector).first().waitFor();
  }

  press(selector) {
    return this.root.locator(selector).first().click();
  }

  async answer(text) {
    await this.root.locator('input[name=answer]').fill(text);
    await this.press('.send');
  }

  type(text) {
    return this.root.locator('.talk textarea').fill(text);
  }

  async leaveEmail() {
    await this.answer('Amira');
    await this.see('input[type=email]');
    await this.answer(this.email);
  }

  /** Answers a question of consent, and waits for what comes next. */
  async decide(granted) {
    await this.see('.consent');
    const before = await this.root.locator('.line.visitor').count();
    await this.press(`.consent .choice:nth-child(${granted ? 1 : 2})`);
    await this.root.locator('.line.visitor').nth(before).waitFor();
    await this.see('.tray > *');
  }

  async reachFiles(name = 'Amira') {
    await this.answer(name);
    await this.decide(true);
    await this.decide(false);
    await this.see('.dropzone');
  }

  choose(files, picker = '.files .picker') {
    const payload = files.map(([name, bytes]) => ({
      name,
      mimeType: name.endsWith('.pdf') ? 'application/pdf' : 'text/plain',
      buffer:
        bytes === 0
          ? Buffer.alloc(0)
          : name.endsWith('.pdf')
            ? makePdf(bytes)
            : Buffer.alloc(bytes, 'a'),
    }));
    return this.root.locator(picker).setInputFiles(payload);
  }

  async reachEmail() {
    await this.reachFiles();
    await this.choose([['Lebenslauf.pdf', 220_000]]);
    await this.press('.files .primary');
    await this.see('.composer');
  }

  async reachPending() {
    await this.reachEmail();
    await this.answer(this.email);
    await this.see('.card');
  }

  async confirm() {
    const mail = await this.mailbox.waitFor(this.email);
    // A tab of the same window would hide the chat.
    const window = await this.context.browser().newContext();
    const page = await window.newPage();
    await page.goto(getConfirmationLink(mail));
    const confirmed = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByRole('button').first().click();
    await confirmed;
    await window.close();
    await this.see('.done');
  }

  /** Responds to all further calls of this path with an error. */
  refuse(path, status, body) {
    const answer = {status, json: body, headers: {'Access-Control-Allow-Origin': '*'}};
    return this.page.route(`**${path}`, (route) => route.fulfill(answer));
  }

  async slowUploads(bytesPerSecond) {
    const devTools = await this.context.newCDPSession(this.page);
    await devTools.send('Network.enable');
    await devTools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: bytesPerSecond,
    });
  }
}
