import { request } from 'node:http';

export interface JsonAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** One request with a JSON body, or without one, and its JSON answer. Throws when there is none within the time. */
export function httpJson(method: 'GET' | 'POST', url: string, body?: unknown, timeoutMs = 2_000): Promise<JsonAnswer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const sent = request(url, { method, headers, agent: false }, (response) => {
      let received = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (received += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: received === '' ? {} : (JSON.parse(received) as Record<string, unknown>) }));
      response.on('error', reject);
    });
    sent.setTimeout(timeoutMs, () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    sent.on('error', reject);
    sent.end(text);
  });
}
