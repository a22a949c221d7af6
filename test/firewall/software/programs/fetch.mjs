// Node's fetch, one request after the other on kept connections: URL, COUNT.
const [url, count] = process.argv.slice(2);
for (let i = 0; i < Number(count); i += 1) {
  const response = await fetch(url);
  if (response.status !== 200 || (await response.text()) !== 'hello\n')
    throw new Error(`request ${i}`);
}
console.log('all answered');
