import net from 'node:net';

/** A Redis that knows next to nothing: enough for a client to connect, set and get. Unknown commands are answered by OK. */
export function listenAsRedis(port = 6379): net.Server {
  const values = new Map<string, string>();
  const server = net.createServer((socket) => {
    let rest = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      rest += chunk.toString('latin1');
      for (;;) {
        const parsed = parse(rest);
        if (parsed === null) return;
        rest = parsed.rest;
        socket.write(answer(values, parsed.args), 'latin1');
      }
    });
  });
  return server.listen(port);
}

function answer(values: Map<string, string>, [name = '', key = '', value = '']: readonly string[]): string {
  const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
  switch (name.toLowerCase()) {
    case 'hello':
      return key === '3' ? '-NOPROTO unsupported protocol version\r\n' : '*0\r\n';
    case 'info':
      return bulk('redis_version:7.0.0\r\nloading:0\r\n');
    case 'ping':
      return '+PONG\r\n';
    case 'get':
      return values.has(key) ? bulk(values.get(key) as string) : '$-1\r\n';
    case 'set':
      values.set(key, value);
      return '+OK\r\n';
    case 'incr': {
      const next = String(Number(values.get(key) ?? '0') + 1);
      values.set(key, next);
      return `:${next}\r\n`;
    }
    default:
      return '+OK\r\n';
  }
}

function parse(text: string): { args: string[]; rest: string } | null {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return null;
  let at = head[0].length;
  const args: string[] = [];
  for (let left = Number(head[1]); left > 0; left--) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (size === null) return null;
    at += size[0].length;
    const end = at + Number(size[1]);
    if (text.length < end + 2) return null;
    args.push(text.slice(at, end));
    at = end + 2;
  }
  return { args, rest: text.slice(at) };
}
