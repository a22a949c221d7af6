// @grpc/grpc-js: a call, then a stream both ways whose answers are read slowly: PACKAGE, TARGET, MESSAGES.
const [folder, target, messages] = process.argv.slice(2);
const grpc = require(folder);
const raw = {
  requestSerialize: (x) => x,
  requestDeserialize: (x) => x,
  responseSerialize: (x) => x,
  responseDeserialize: (x) => x,
};
const Town = grpc.makeGenericClientConstructor({
  hello: { path: '/town.Town/Hello', requestStream: false, responseStream: false, ...raw },
  echo: { path: '/town.Town/Echo', requestStream: true, responseStream: true, ...raw },
});
const client = new Town(target, grpc.credentials.createSsl());
client.hello(Buffer.from('town'), (error, answer) => {
  if (error) throw error;
  console.log(String(answer));
  const call = client.echo();
  let received = 0;
  call.on('data', () => {
    received += 1;
    if (received % 100 !== 0) return;
    call.pause();
    setTimeout(() => call.resume(), 1);
  });
  call.on('end', () => {
    console.log(`${received} messages back`);
    client.close();
  });
  const piece = Buffer.alloc(4096, 'x');
  let sent = 0;
  const send = () => {
    while (sent < Number(messages)) {
      sent += 1;
      if (!call.write(piece)) return void call.once('drain', send);
    }
    call.end();
  };
  send();
});
