import {randomUUID} from 'node:crypto';

import type {LiveEventData} from '../contract/events.js';
import type {TransientEventName} from '../contract/event-names.js';
import type {Sql} from '../database/sql.js';
import {MAX_NOTIFICATION_BYTES, TRANSIENT_CHANNEL, sendNotification} from './notify.js';

/** Event that is sent only to subscribers that are connected now. */
export type TransientEvent = {
  [Name in TransientEventName]: {type: Name; data: LiveEventData[Name]};
}[TransientEventName];

/**
 * `wanted`: a subscriber connected during a reply and needs the text so far. `stop`: the visitor
 * stopped the reply.
 */
export type TransientMessage = TransientEvent | {type: 'wanted'} | {type: 'stop'};

export type Delta = LiveEventData['message_delta'];

type Listener = (uuid: string, message: TransientEvent) => void;

/** Bytes besides the text: two UUIDs, the field names, numbers. */
const FRAME_BYTES = 300;
/** A UTF-16 unit takes at most 6 bytes in JSON. */
const PIECE_UNITS = Math.floor((MAX_NOTIFICATION_BYTES - FRAME_BYTES) / 6);

/**
 * Broadcasts events that are not stored: directly within this process, and to other processes
 * through the database, in pieces that fit a notification.
 */
export class TransientEvents {
  /** Identifies our own notifications when the database delivers them to us. */
  private readonly sender = randomUUID();
  private readonly listeners = new Set<Listener>();
  private readonly stopListeners = new Set<(uuid: string) => void>();
  private readonly repeaters = new Map<string, Set<() => void>>();

  constructor(private readonly sql: Sql) {}

  onTransient(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Registers a function that repeats the session's running text from its beginning when a
   * subscriber needs it. Returns a function that removes it.
   */
  onTextWanted(uuid: string, repeat: () => void): () => void {
    const repeaters = this.repeaters.get(uuid) ?? new Set();
    this.repeaters.set(uuid, repeaters.add(repeat));
    return () => {
      repeaters.delete(repeat);
      if (repeaters.size === 0) this.repeaters.delete(uuid);
    };
  }

  /** Registers a listener for stops, whichever server received the request. */
  onStop(listener: (uuid: string) => void): void {
    this.stopListeners.add(listener);
  }

  broadcast(uuid: string, message: TransientMessage): void {
    for (const piece of splitIntoPieces(message)) {
      this.dispatch(uuid, piece);
      const payload = `${uuid} ${this.sender} ${JSON.stringify(piece)}`;
      sendNotification(this.sql, {channel: TRANSIENT_CHANNEL, payload});
    }
  }

  /** Receives a notification from another process or from this process. */
  receive(payload: string): void {
    const [uuid = '', sender = ''] = payload.split(' ', 2);
    if (sender === this.sender) return;
    const json = payload.slice(uuid.length + sender.length + 2);
    this.dispatch(uuid, JSON.parse(json) as TransientMessage);
  }

  private dispatch(uuid: string, message: TransientMessage): void {
    if (message.type === 'wanted') {
      for (const repeat of this.repeaters.get(uuid) ?? []) repeat();
      return;
    }
    if (message.type === 'stop') {
      for (const listener of this.stopListeners) listener(uuid);
      return;
    }
    for (const listener of this.listeners) listener(uuid, message);
  }
}

function* splitIntoPieces(message: TransientMessage): Generator<TransientMessage> {
  if (message.type !== 'message_delta' || message.data.text.length <= PIECE_UNITS) {
    yield message;
    return;
  }
  const {offset, text, message_id} = message.data;
  for (let from = 0; from < text.length; from += PIECE_UNITS) {
    const piece = text.slice(from, from + PIECE_UNITS);
    yield {type: 'message_delta', data: {message_id, offset: offset + from, text: piece}};
  }
}
