import {request as ask} from 'node:http';

/** Lets the backend answer, which is told these headers instead. */
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
  // Either side may go away; then there is nobody left to tell.
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}
