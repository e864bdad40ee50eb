import {request as ask} from 'node:http';

/** Forwards a request to the backend, with these headers replaced, and returns its response. */
export function passOn(request, response, backend, headers) {
  const {hostname, port} = new URL(backend);
  const options = {
    ...{hostname, port, path: request.url, method: request.method},
    headers: {...request.headers, ...headers},
  };
  const onward = ask(options, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  // One side has closed the connection, and the other side needs no error.
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}
