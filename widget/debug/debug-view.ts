import {html} from 'lit';

import type {Chat} from '../core/chat.js';
import type {MariaChat} from '../element/maria-chat.js';
import type {Call, CallLog} from './call-log.js';

interface Tools {
  log: CallLog;
  onOffline: () => void;
}

/** In English alone: no visitor sees it. */
export const debugView = (host: MariaChat, chat: Chat | null, {log, onOffline}: Tools) => html`
  <details ?open=${!host.isNarrow.matches} lang="en" dir="ltr">
    <summary>Maria Chat, debug</summary>
    <dl class="about">
      ${facts(host, chat).map(
        ([name, value]) => html`
          <dt>${name}</dt>
          <dd>${value}</dd>
        `,
      )}
    </dl>
    <div class="deeds">
      <button type="button" @click=${() => void host.reset()}>Reset</button>
      <button type="button" aria-pressed=${String(log.isOffline)} @click=${onOffline}>
        Simulate offline
      </button>
    </div>
    ${callsView(log.calls)}
  </details>
`;

/** No name, address or file name: what is shown here ends up in screenshots. */
const facts = (host: MariaChat, chat: Chat | null): [string, string][] => [
  ['session', chat?.reference || 'none yet'],
  ['state', chat?.state ?? 'not opened'],
  ['step', [chat?.flow.phase, chat?.flow.step?.id].filter(Boolean).join(': ') || 'none'],
  ['panel', host.isOpen ? 'open' : `closed, ${host.unreadCount} unread`],
  ['line', chat?.status.connection ?? 'up'],
  ['files', chat?.uploads?.rows.map(({state}) => state).join(', ') || 'none'],
  ['decisions not told yet', String(chat?.answers.unrecorded.length ?? 0)],
  ['site', `${host.site} at ${host.api}`],
  ['language', host.language?.tag ?? 'not loaded'],
  ['storage', chat && !chat.storage.isKept ? 'blocked' : 'kept'],
];

const callsView = (calls: Call[]) => html`
  <table>
    <caption class="sr">
      Last calls, the newest first
    </caption>
    <thead>
      <tr>
        <th scope="col">call</th>
        <th scope="col">answer</th>
        <th scope="col">ms</th>
      </tr>
    </thead>
    <tbody>
      ${calls.map(
        ({method, path, outcome, ms}) => html`
          <tr>
            <td>${method} ${path}</td>
            <td class=${/^(2|ok)/.test(outcome) ? 'good' : 'bad'}>${outcome || '…'}</td>
            <td>${ms ?? ''}</td>
          </tr>
        `,
      )}
    </tbody>
  </table>
`;
