/** Messages and replies of the live conversation. */
const WORDS = {
  en: {
    question: 'Is a scan of my passport enough, or do you need the original?',
    answer: [
      'A **scan** is enough. Please see to it that\n\n',
      '- all *four corners* are visible,\n- the file is a PDF of at most 5 MB,\n- nothing is covered.\n\n',
      'Name it `passport.pdf`; the [checklist](https://acme.example/checklist) has the rest:\n\n',
      '```\npassport.pdf\nreferences.pdf\n```',
    ],
    long:
      'I have two passports, one of them expired last year, and the new one has not arrived. ' +
      'The office says that it takes another three weeks.\n\nMay I send you the old one now, and ' +
      'the new one as soon as it is here? I would not like to miss your date.',
  },
  ar: {
    question: 'هل تكفي نسخة ممسوحة من جواز سفري أم تحتاجون إلى الأصل؟',
    answer: [
      'تكفي **نسخة ممسوحة**. يرجى التأكد من أن\n\n',
      '- *الزوايا الأربع* ظاهرة،\n- الملف بصيغة PDF ولا يتجاوز 5 ميغابايت،\n- لا شيء مغطى.\n\n',
      'سمّه `passport.pdf`، وتجد الباقي في [القائمة](https://acme.example/checklist):\n\n',
      '```\npassport.pdf\nreferences.pdf\n```',
    ],
    long:
      'لدي جوازا سفر، انتهت صلاحية أحدهما في العام الماضي ولم يصل الجديد بعد. تقول الدائرة إن ' +
      'الأمر يستغرق ثلاثة أسابيع أخرى.\n\nهل يمكنني إرسال القديم الآن والجديد فور وصوله؟',
  },
};

const PROOF = ['Proof of address, scanned on 14 March 2026.pdf', 260_000];
const UNBROKEN = `https://acme.example/${'documents-and-certificates/'.repeat(4)}list.html`;
const MIXED = [
  'مرحبا، اسم الملف هو final-version (2).pdf، أليس كذلك؟',
  `Yes: «شهادة.pdf» is fine as well.\n\n- Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbau\n- أرسل الملف رقم 3\n\n${UNBROKEN}`,
];
const ASKING = {
  version: 1,
  steps: [
    {id: 'name', type: 'ask', field: 'name'},
    {id: 'storing', type: 'consent', purpose: 'personal_data'},
    {id: 'ask', type: 'assistant'},
    {id: 'files', type: 'upload'},
    {id: 'email', type: 'ask', field: 'email'},
    {id: 'verify', type: 'verify_email'},
    {id: 'end', type: 'end', outcome: 'complete'},
  ],
};

const wordsOf = (v) => WORDS[v.look.lang] ?? WORDS.en;

const FIELD = '.talk textarea';
const write = async (v, text) => {
  await v.root.locator(FIELD).fill(text);
  await v.press('.talk .send:enabled');
};

const openAt = async (v, reach) => {
  await v.arrive();
  await v.open();
  await v.start();
  await reach();
};

const askFirst = async (v) => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const [first, second, ...rest] = wordsOf(v).answer;
  v.responder.script = [first, second, held, ...rest];
  v.goOn = release;
  await write(v, wordsOf(v).question);
  await v.see('.bubble li');
};

const finishAnswer = async (v) => {
  v.goOn();
  await v.see('.bubble pre');
  await v.see('.talk .send[disabled]');
};

const sendOffline = async (v) => {
  await v.root.locator(FIELD).fill(wordsOf(v).question);
  await v.context.setOffline(true);
  await v.press('.talk .send');
  await v.see('.delivery .link');
};

const sent = (v) => v.root.locator('.delivery').waitFor({state: 'detached'});

const attach = (v, ...files) => v.choose(files, '.talk .picker');

const attachSlowly = async (v) => {
  await v.press('.ask');
  await v.see(FIELD);
  await v.slowUploads(60_000);
  await attach(v, PROOF, ['notes.txt', 900]);
  await v.see('.talk .attached.uploading');
  await v.see('.talk .attached.error');
};

const sendAttached = async (v) => {
  await v.slowUploads(-1);
  await v.press('.talk .attached.error .icon');
  await v.see('.talk .attached.success');
  v.responder.script = [204];
  await write(v, wordsOf(v).question);
  await sent(v);
  await v.see('.bubble .attached');
};

const download = async (v) => {
  await v.context.route('**/api/files/download/*', (route) => (v.held = route));
  await v.press('.bubble .attached .link');
  await v.see('.bubble .spinner');
};

const failDownload = async (v) => {
  await v.held.abort();
  await v.see('.bubble .attached.error');
};

const withAssistant = async (v) => {
  // The site's own conversation has no such step to reach.
  await v.context.route('**/api/session/progress', (route) => route.fulfill({status: 204}));
  await v.context.route('**/api/session/generate-uuid*', async (route) => {
    const made = await (await route.fetch()).json();
    await route.fulfill({json: {...made, config: {...made.config, conversation: ASKING}}});
  });
  await openAt(v, async () => {
    await v.answer('Amira');
    await v.decide(true);
    await v.see(FIELD);
  });
};

const mixed = async (v) => {
  await openAt(v, () => v.reachFiles());
  await v.press('.ask');
  v.responder.script = [MIXED[1]];
  await write(v, MIXED[0]);
  await v.see('.bubble li');
  await write(v, 'W'.repeat(160));
  await v.root.locator('.bubble ul').nth(1).waitFor();
};

export const TALKS = [
  {
    name: 'talk',
    states: [
      ['question-offered', (v) => openAt(v, () => v.reachFiles())],
      ['field', (v) => v.press('.ask').then(() => v.see(FIELD))],
      ['answer-coming', askFirst],
      ['answer', finishAnswer],
      ['long-text', (v) => v.root.locator(FIELD).fill(wordsOf(v).long)],
      ['too-long', (v) => v.root.locator(FIELD).fill('a '.repeat(2_100))],
      ['not-sent', sendOffline],
    ],
  },
  {
    name: 'talk-files',
    states: [
      ['attaching', (v) => openAt(v, () => v.reachPending()).then(() => attachSlowly(v))],
      ['sent', sendAttached],
      ['fetching', download],
      ['fetch-failed', failDownload],
    ],
  },
  {
    name: 'talk-after',
    states: [
      [
        'answer-failed',
        async (v) => {
          await openAt(v, () => v.reachPending());
          await v.confirm();
          await v.press('.ask');
          v.responder.script = [400];
          await write(v, wordsOf(v).question);
          await v.see('.visitor + .maria:last-child:not(:has([aria-hidden=true] p))');
          await sent(v);
        },
      ],
    ],
  },
  {name: 'talk-assistant', states: [['step', withAssistant]]},
  {name: 'talk-mixed', states: [['directions', mixed]]},
];
