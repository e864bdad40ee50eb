import {randomUUID} from 'node:crypto';

import type {LiveEventData} from '../contract/events.js';
import type {FleetingEvent} from '../contract/event-names.js';
import type {Sql} from '../database/sql.js';
import {MAX_NOTICE_BYTES, MOMENT_CHANNEL, sendNotification} from './announce.js';

/** What is told to whoever reads right now. */
export type TransientEvent = {
  [Name in FleetingEvent]: {type: Name; data: LiveEventData[Name]};
}[FleetingEvent];

/**
 * `wanted`: a reader has come who lacks the beginning of a text. `stop`: its visitor wants no more
 * of it.
 */
export type TransientMessage = TransientEvent | {type: 'wanted'} | {type: 'stop'};

export type Delta = LiveEventData['message_delta'];

type Listener = (uuid: string, moment: TransientEvent) => void;

/** Beside the text: two UUIDs, the names of the fields, numbers. */
const FRAME_BYTES = 300;
/** A UTF-16 unit takes at most 6 bytes in JSON. */
const PIECE_UNITS = Math.floor((MAX_NOTICE_BYTES - FRAME_BYTES) / 6);

/**
 * The second channel: what is kept nowhere. It goes to this process at once and to the others
 * through the database, in pieces that fit a notice.
 */
export class TransientEvents {
  /** To know one's own notices when they come back. */
  private readonly sender = randomUUID();
  private readonly listeners = new Set<Listener>();
  private readonly stopListeners = new Set<(uuid: string) => void>();
  private readonly answers = new Map<string, Set<() => void>>();

  constructor(private readonly sql: Sql) {}

  onTransient(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What repeats a session's running text from its beginning when somebody wants it. */
  answerWanted(uuid: string, answer: () => void): () => void {
    const answers = this.answers.get(uuid) ?? new Set();
    this.answers.set(uuid, answers.add(answer));
    return () => {
      answers.delete(answer);
      if (answers.size === 0) this.answers.delete(uuid);
    };
  }

  /** Hears of stops, at whichever server they were asked for. */
  onStop(listener: (uuid: string) => void): void {
    this.stopListeners.add(listener);
  }

  broadcast(uuid: string, moment: TransientMessage): void {
    for (const piece of splitIntoPieces(moment)) {
      this.arrived(uuid, piece);
      const payload = `${uuid} ${this.sender} ${JSON.stringify(piece)}`;
      sendNotification(this.sql, {channel: MOMENT_CHANNEL, payload});
    }
  }

  /** A notice from another process, or one of our own. */
  heard(payload: string): void {
    const [uuid = '', sender = ''] = payload.split(' ', 2);
    if (sender === this.sender) return;
    const json = payload.slice(uuid.length + sender.length + 2);
    this.arrived(uuid, JSON.parse(json) as TransientMessage);
  }

  private arrived(uuid: string, moment: TransientMessage): void {
    if (moment.type === 'wanted') {
      for (const answer of this.answers.get(uuid) ?? []) answer();
      return;
    }
    if (moment.type === 'stop') {
      for (const listener of this.stopListeners) listener(uuid);
      return;
    }
    for (const listener of this.listeners) listener(uuid, moment);
  }
}

function* splitIntoPieces(moment: TransientMessage): Generator<TransientMessage> {
  if (moment.type !== 'message_delta' || moment.data.text.length <= PIECE_UNITS) {
    yield moment;
    return;
  }
  const {offset, text, message_id} = moment.data;
  for (let from = 0; from < text.length; from += PIECE_UNITS) {
    const piece = text.slice(from, from + PIECE_UNITS);
    yield {type: 'message_delta', data: {message_id, offset: offset + from, text: piece}};
  }
}
