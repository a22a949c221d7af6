// Node's keep-alive agent, which boundary answers every second time with a reset: URL, COUNT.
import { Agent, get } from 'node:https';
const [url, count] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const sockets = new Set();
for (let i = 0; i < Number(count); i += 1) {
  await new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => {
      response.resume();
      response.on('end', resolve);
    });
    request.on('socket', (socket) => sockets.add(socket));
    request.on('error', reject);
  });
}
agent.destroy();
console.log(`all answered over ${sockets.size} connection`);
