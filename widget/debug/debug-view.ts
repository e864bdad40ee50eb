import {html} from 'lit/html.js';

import type {Call, CallLog} from './call-log.js';
import type {DebugHost} from './debug-host.js';

interface Tools {
  log: CallLog;
  onOffline: () => void;
}

/** In English only, because no visitor sees it. */
export const debugView = (host: DebugHost, {log, onOffline}: Tools) => html`
  <details ?open=${!host.isNarrow.matches} lang="en" dir="ltr">
    <summary>Maria Chat, debug</summary>
    <dl class="about">
      ${facts(host).map(
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

/** Has no name, e-mail address or file name, because screenshots will show it. */
const facts = ({api, controller, isOpen, site, unreadCount}: DebugHost): [string, string][] => {
  const {chat, language} = controller;
  const state = chat?.state;
  return [
    ['session', chat?.reference || 'none yet'],
    ['state', state?.sessionState ?? 'not opened'],
    ['step', [state?.phase, state?.step?.id].filter(Boolean).join(': ') || 'none'],
    ['panel', isOpen ? 'open' : `closed, ${unreadCount} unread`],
    ['line', state?.connection ?? 'up'],
    ['files', chat?.uploads?.rows.map((row) => row.state).join(', ') || 'none'],
    ['decisions not told yet', String(chat?.answers.unrecorded.length ?? 0)],
    ['site', `${site} at ${api}`],
    ['language', language?.tag ?? 'not loaded'],
    ['storage', chat && !chat.storage.isKept ? 'blocked' : 'kept'],
  ];
};

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
