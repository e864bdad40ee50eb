/** Key under which WebDriver sends an element. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** A client for the part of the WebDriver protocol that the tests need. */
export class WebDriver {
  private constructor(private readonly session: string) {}

  static async start(url: string): Promise<WebDriver> {
    const {sessionId} = await call<{sessionId: string}>(`${url}/session`, 'POST', {
      capabilities: {alwaysMatch: {}},
    });
    return new WebDriver(`${url}/session/${sessionId}`);
  }

  firstTab(): Promise<string> {
    return this.get('/window');
  }

  /** Opens a window. This driver cannot bring a tab to the front, and hidden tabs are paused. */
  async newTab(): Promise<string> {
    return (await this.post<{handle: string}>('/window/new', {type: 'window'})).handle;
  }

  async closeTab(): Promise<void> {
    await call(`${this.session}/window`, 'DELETE');
  }

  switchTo(handle: string): Promise<void> {
    return this.post('/window', {handle});
  }

  go(url: string): Promise<void> {
    return this.post('/url', {url});
  }

  reload(): Promise<void> {
    return this.post('/refresh');
  }

  read<T>(expression: string): Promise<T> {
    return this.post('/execute/sync', {script: `return ${expression}`, args: []});
  }

  async click(element: string): Promise<void> {
    await this.post(`/element/${await this.find(element)}/click`);
  }

  async send(element: string, text: string): Promise<void> {
    await this.post(`/element/${await this.find(element)}/value`, {text});
  }

  quit(): Promise<void> {
    return call(this.session, 'DELETE');
  }

  private async find(element: string): Promise<string> {
    return (await this.read<{[ELEMENT]: string}>(element))[ELEMENT];
  }

  private get<T>(path: string): Promise<T> {
    return call(this.session + path, 'GET');
  }

  private post<T>(path: string, body: object = {}): Promise<T> {
    return call(this.session + path, 'POST', body);
  }
}

const call = async <T>(url: string, method: string, body?: object): Promise<T> => {
  const response = await fetch(url, {method, ...(body && {body: JSON.stringify(body)})});
  const {value} = (await response.json()) as {value: T & {error?: string; message?: string}};
  if (!response.ok) throw new Error(`${method} ${url}: ${value.error}: ${value.message}`);
  return value;
};
