import { connect } from 'node:net';

const PROTOCOL_3_0 = 196_608;
/** ReadyForQuery, outside of any transaction. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** Whether the server on this port lets a session begin: not while it starts or recovers. */
export function postgresAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    let heard = Buffer.alloc(0);
    const socket = connect(port, '127.0.0.1', () => socket.write(startupMessage()));
    const settle = (ready: boolean): void => {
      resolve(ready);
      socket.destroy();
    };
    socket.setTimeout(1000, () => settle(false));
    socket.on('data', (bytes) => {
      heard = Buffer.concat([heard, bytes]);
      if (heard.subarray(-READY.length).equals(READY)) settle(true);
    });
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}

function startupMessage(): Buffer {
  const settings = Buffer.from('user\0postgres\0database\0postgres\0\0');
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + settings.length, 0);
  head.writeInt32BE(PROTOCOL_3_0, 4);
  return Buffer.concat([head, settings]);
}
