// The WebSocket client Node has: URL.
const socket = new WebSocket(process.argv[2]);
socket.addEventListener('open', () => socket.send('ping'));
socket.addEventListener('message', ({ data }) => {
  console.log(`echo ${data}`);
  socket.close();
});
socket.addEventListener('error', () => process.exit(1));
