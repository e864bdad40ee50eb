const POLL_MS = 1_500;

/** What a visit needs so that it can be written to and listened to. */
export const blankTalk = () => ({messages: [], events: [], readers: new Set(), stopped: 0});

/** Events with a number stay; those without are for whoever reads right now. */
export const tell = (visit, type, data, isFleeting = false) => {
  const event = {
    seq: isFleeting ? null : visit.events.length + 1,
    type,
    data,
    at: new Date().toISOString(),
  };
  if (!isFleeting) visit.events.push(event);
  for (const read of visit.readers) read(event);
};

/** A message of anybody's, told to all readers. */
export const say = (
  visit,
  {
    role,
    body,
    state = 'complete',
    clientId,
    files = [],
    at = new Date().toISOString(),
    asks_for_email = false,
  },
) => {
  const id = visit.messages.length + 1;
  const message = {
    id,
    client_id: clientId ?? `theirs-${id}`,
    role,
    body,
    state,
    created_at: at,
    files,
    asks_for_email,
  };
  visit.messages.push(message);
  tell(visit, 'message_created', {message: {...message}});
  return message;
};

export const complete = (visit, {id, body, state = 'complete'}) => {
  Object.assign(visit.messages[id - 1], {body, state});
  tell(visit, 'message_completed', {message_id: id, body, state});
};

export const sendMessage = (visit, {client_id: clientId, body, file_ids: ids = []}) => {
  const known = visit.messages.find((one) => one.client_id === clientId);
  if (known) return {status: 200, body: {message: known}};
  const files = visit.files.filter(({id}) => ids.includes(id));
  return {status: 201, body: {message: say(visit, {role: 'visitor', body, clientId, files})}};
};

export const listMessages = (visit, url) => {
  const after = Number(url.searchParams.get('after'));
  const messages = visit.messages.filter(({id}) => id > after);
  return {messages, next: messages.at(-1)?.id ?? after, last_event: visit.events.length};
};

/** Streamed, or in pieces for whoever takes JSON alone. */
export const readEvents = (visit, {url, headers, response}) => {
  const after = Number(url.searchParams.get('after'));
  const news = visit.events.filter(({seq}) => seq > after);
  if (headers.accept === 'application/json') return poll(visit, news, after, response);
  response.writeHead(200, {'Content-Type': 'text/event-stream'});
  response.write('retry: 1000\n\n');
  const read = (event) => {
    const number = event.seq === null ? '' : `id: ${event.seq}\n`;
    response.write(`${number}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  news.forEach(read);
  const cut = Object.assign(read, {end: () => response.end()});
  visit.readers.add(cut);
  response.on('close', () => visit.readers.delete(cut));
};

const poll = (visit, news, after, response) => {
  const answer = (events) => {
    visit.readers.delete(read);
    response.writeHead(200, {'Content-Type': 'application/json'});
    response.end(JSON.stringify({events, next: events.at(-1)?.seq ?? after}));
  };
  const read = Object.assign((event) => event.seq !== null && answer([event]), {
    end: () => answer([]),
  });
  if (news.length > 0) return answer(news);
  visit.readers.add(read);
  const timer = setTimeout(() => visit.readers.has(read) && answer([]), POLL_MS);
  response.on('close', () => {
    clearTimeout(timer);
    visit.readers.delete(read);
  });
};

/** Every stream breaks off. */
export const cut = ({readers}) => {
  for (const {end} of [...readers]) end();
};
