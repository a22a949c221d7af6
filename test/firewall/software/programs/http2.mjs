// Node's HTTP/2 client, 50 streams at once on one connection: ORIGIN.
import { connect } from 'node:http2';
import { text } from 'node:stream/consumers';
const session = connect(process.argv[2]);
const ask = async () => {
  const stream = session.request({ ':path': '/hello' });
  return text(stream);
};
const answers = await Promise.all(Array.from({ length: 50 }, ask));
session.close();
console.log(answers.every((answer) => answer === 'hello\n') ? 'all answered' : answers);
