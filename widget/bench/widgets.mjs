/**
 * The widgets, each embedded as its own documentation says. Each has the smallest backend with
 * which it shows its text field; ours has its real server.
 */

const module = (code) => `<script type="module">${code}</script>`;
const file = (path) => `/rivals/${path}`;
const inElement = (tag, selector) =>
  `document.querySelector('${tag}')?.shadowRoot?.querySelector('${selector}')`;

const TYPEBOT_CHAT = {
  sessionId: 'session',
  resultId: 'result',
  typebot: {id: 'bench', version: '6', theme: {}, settings: {}},
  messages: [
    {
      id: 'hello',
      type: 'text',
      content: {
        type: 'richText',
        richText: [{type: 'p', children: [{text: 'What is your name?'}]}],
      },
    },
  ],
  input: {id: 'name', type: 'text input', options: {}},
};

export const WIDGETS = [
  {
    name: 'Maria Chat',
    body: '<script src="/maria-chat.js" data-site="demo" async></script>',
    launcher: inElement('maria-chat', '.launcher'),
  },
  {
    name: '@n8n/chat',
    body:
      `<link rel="stylesheet" href="${file('@n8n/chat/dist/style.css')}">` +
      module(
        `import {createChat} from '${file('@n8n/chat/dist/chat.bundle.es.js')}';
         createChat({webhookUrl: '/backend/n8n'});`,
      ),
    launcher: `document.querySelector('.chat-window-toggle')`,
    answers: {'/backend/n8n': {data: []}},
  },
  {
    name: 'deep-chat',
    body: `<script type="module" src="${file('deep-chat/dist/deepChat.bundle.js')}"></script>
      <deep-chat connect='{"url": "/backend/deep-chat"}'></deep-chat>`,
    // It is always open in the page, and has no launcher.
    launcher: null,
  },
  {
    name: 'flowise-embed',
    body: module(
      `import Chatbot from '${file('flowise-embed/dist/web.js')}';
       Chatbot.init({chatflowid: 'bench', apiHost: location.origin + '/backend/flowise'});`,
    ),
    launcher: inElement('flowise-chatbot', 'button'),
    answers: {
      '/backend/flowise/api/v1/public-chatbotConfig/bench': {},
      '/backend/flowise/api/v1/chatflows-streaming/bench': {isStreaming: false},
      '/backend/flowise/api/v1/chatflows-uploads/bench': {},
    },
  },
  {
    name: '@typebot.io/js',
    body: module(
      `import Typebot from '${file('@typebot.io/js/dist/web.js')}';
       Typebot.initBubble({typebot: 'bench', apiHost: location.origin + '/backend/typebot'});`,
    ),
    launcher: inElement('typebot-bubble', 'button'),
    answers: {'/backend/typebot/api/v1/typebots/bench/startChat': TYPEBOT_CHAT},
  },
];
