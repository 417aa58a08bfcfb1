// A TCP proxy whose connections can be cut, as a network does that fails: neither side has said goodbye.
import { connect, createServer } from 'node:net';
import { once } from 'node:events';

export async function cutter(url) {
  const target = new URL(url);
  const sockets = new Set();
  const server = createServer((client) => {
    const upstream = connect(target.port, target.hostname);
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => sockets.forEach((socket) => socket.resetAndDestroy());
  return {
    url: Object.assign(new URL(url), { port: server.address().port }).href,
    cut,
    close() {
      cut();
      server.close();
    },
  };
}
